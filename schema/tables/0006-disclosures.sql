-- Search over the ledger's records. Derived: everything here is made anew from the ledger's files.

-- How far each ledger is indexed. Moved on in the same statement that adds the records, so each is added exactly once.
create table ledger_index (
  ledger text primary key,
  number integer generated always as identity unique,
  segment integer not null,
  bytes bigint not null,
  records bigint not null
);

-- What many records have in common: who asked for what kind of thing, and what was decided. Named by its digest.
create table disclosure_kinds (
  id uuid primary key,
  department text,
  use text,
  operation_name text,
  -- [{coordinate, effect, provider, policies, code, mask}]
  decisions jsonb not null,
  providers text[] not null,
  -- {grants, calls, errors}
  detail jsonb not null
);
create index disclosure_kinds_decisions on disclosure_kinds using gin (decisions jsonb_path_ops);

create table disclosures (
  -- The receipt. Its beginning is the time, so newest first is the order of ids.
  id uuid primary key,
  kind uuid not null,
  ledger integer not null,
  -- Place in the ledger's tree.
  record bigint not null,
  time bigint not null,
  operator text,
  matter text,
  rows integer not null,
  operation text not null,
  -- The first 64 bits of each subject's keyed hash.
  subjects bigint[] not null
);
create unique index disclosures_place on disclosures (ledger, record);
create index disclosures_kind on disclosures (kind, id);
create index disclosures_operator on disclosures (operator, id);
create index disclosures_matter on disclosures (matter, id);
-- New entries wait in a list and are sorted in by the thousand: persons are many and in no order.
create index disclosures_subjects on disclosures using gin (subjects) with (fastupdate = on, gin_pending_list_limit = 4096);
