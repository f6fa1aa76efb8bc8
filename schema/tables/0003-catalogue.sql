-- The catalogue of government information resources (政务信息资源目录), Measures Art. 7, 8, 13, 21.
create extension if not exists pg_trgm;

-- Classification paths (类/项/目/细目) with the digits that stand in front of their resources' codes.
create table catalogue_classifications (
  path text primary key,
  digits text not null unique
);

-- One row for each resource that ever had a code: codes are never given again.
create table catalogue_entries (
  code text primary key,
  status text not null check (status in ('DRAFT', 'LIVE', 'WITHDRAWN')),
  provider text not null,
  -- Where it is published; null for a draft.
  subgraph text,
  type text,
  version int not null,
  -- All elements of the guide, as the schema or the draft declares them.
  entry jsonb not null,
  -- What is searched: lower case, elements and items.
  words text not null,
  -- When the data were last brought up to date, as the provider reports it (Art. 13).
  last_updated timestamptz,
  changed_at timestamptz not null
);
create unique index catalogue_published on catalogue_entries (subgraph, type) where subgraph is not null;
create index catalogue_words on catalogue_entries using gin (words gin_trgm_ops);

create table catalogue_history (
  id text primary key,
  code text not null references catalogue_entries,
  version int not null,
  what text not null,
  by_department text not null,
  reason text,
  entry jsonb not null,
  at timestamptz not null,
  unique (code, version)
);

-- Changes of law or of duties that a catalogue has to follow within a time (Art. 8).
create table catalogue_changes (
  id text primary key,
  department text not null,
  code text references catalogue_entries,
  cause text not null check (cause in ('LAW', 'DUTIES')),
  basis text not null,
  changed_on date not null,
  reported_by text not null,
  reported_at timestamptz not null,
  rule_set text not null,
  due text not null,
  assumed boolean not null,
  version int not null default 1,
  closed_at timestamptz,
  closed_by text,
  closing_note text
);

-- How providers answered, by day of Chinese time and gateway instance (Art. 13).
create table provider_days (
  day date not null,
  subgraph text not null,
  instance text not null,
  calls int8 not null,
  failures int8 not null,
  timeouts int8 not null,
  milliseconds float8 not null,
  primary key (day, subgraph, instance)
);
