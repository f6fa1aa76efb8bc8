-- Whom a department's matters are about, as the ledger hashes subjects: what a grant's `subjectsOf: MATTER` is held against.
create table matter_subjects (
  department text not null,
  matter text not null,
  subject text not null,
  registered_by text not null,
  registered_at timestamptz not null,
  primary key (department, matter, subject)
);
