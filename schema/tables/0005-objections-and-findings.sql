-- Objections (疑义): a consumer's doubt about a datum, which the provider checks (Measures Art. 15).
create table objections (
  id text primary key,
  consumer text not null,
  provider text not null,
  coordinate text not null,
  -- The disclosure in which the datum was given.
  disclosure text not null,
  -- Whom the datum is about: encrypted, and only while the objection is open.
  subject_sealed text,
  reason text not null,
  state text not null check (state in ('OPEN', 'CORRECTED', 'CONFIRMED', 'NOT_OURS', 'WITHDRAWN')),
  rule_set text not null,
  -- Null where the rule set says only "in time".
  due text,
  assumed boolean not null,
  version int not null default 1,
  raised_at timestamptz not null,
  closed_at timestamptz
);
create index objections_open on objections (state) where state = 'OPEN';

create table objection_moves (
  id text primary key,
  objection text not null references objections,
  move text not null,
  department text not null,
  operator text not null,
  note text,
  at timestamptz not null
);
create index objection_moves_of on objection_moves (objection, id);

-- Evidence: encrypted, and only while the objection is open.
create table objection_evidence (
  objection text primary key references objections,
  name text not null,
  type text not null,
  digest text not null,
  content_sealed text
);

-- Findings (整改): a breach of the Measures with evidence, a deadline and an answer (Art. 24).
create table findings (
  id text primary key,
  department text not null,
  -- Code of the department that opened it, or `rule:` and the rule's name.
  opened_by text not null,
  breach text not null,
  notice text not null,
  -- Figures and disclosures; no personal data.
  evidence jsonb not null,
  state text not null check (state in ('OPEN', 'ANSWERED', 'RECTIFIED', 'UNFOUNDED')),
  due text not null,
  version int not null default 1,
  opened_at timestamptz not null,
  closed_at timestamptz,
  -- What a rule found is found once.
  occasion text unique
);

create table finding_moves (
  id text primary key,
  finding text not null references findings,
  move text not null,
  department text not null,
  operator text not null,
  note text,
  at timestamptz not null
);
create index finding_moves_of on finding_moves (finding, id);
