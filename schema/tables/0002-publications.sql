-- Publishing: departments, their subgraphs with every version, and every state in which all of them were live together.

create table departments (
  code text primary key,
  name text not null unique,
  name_en text not null,
  roles text[] not null,
  -- The subgraph that the department published when the platform began, for the demonstration's logins.
  subgraph text,
  status text not null check (status in ('REGISTERED', 'APPROVED')),
  version int not null default 1,
  registered_by text,
  registered_at timestamptz not null,
  approved_by text,
  approved_at timestamptz,
  reason text
);

-- Where a department may run its subgraphs: `host` or `host:port`, approved by the platform administrator.
create table approved_hosts (
  department text not null references departments (code),
  host text not null,
  approved_by text not null,
  approved_at timestamptz not null,
  reason text,
  primary key (department, host)
);

-- A name belongs to its department for good, also when nothing of it is live.
create table subgraphs (
  name text primary key,
  department text not null references departments (code),
  created_at timestamptz not null
);

-- Versions never change. Whether one is live follows from the current publication.
create table subgraph_versions (
  id text primary key,
  subgraph text not null references subgraphs (name),
  number int not null,
  sdl text not null,
  digest text not null,
  -- Null: where this instance's configuration says (the demonstration's free ports).
  url text,
  department text not null,
  operator text not null,
  reason text,
  -- Findings that were overridden, with the reason above.
  forced jsonb not null default '[]',
  -- Changes against the version that was live before.
  diff jsonb not null default '[]',
  at timestamptz not null,
  unique (subgraph, number)
);

-- Composed supergraphs by the digest of what they were composed of: to roll back needs no composition.
create table supergraphs (
  revision text primary key,
  sdl text not null
);

create table publications (
  id text primary key,
  number int not null unique,
  what text not null check (what in ('BEGIN', 'PUBLISH', 'PROMOTE', 'ROLL_BACK', 'RETIRE')),
  subgraph text,
  revision text not null references supergraphs (revision),
  department text not null,
  operator text not null,
  reason text,
  at timestamptz not null
);

create table publication_versions (
  publication text not null references publications (id),
  version text not null references subgraph_versions (id),
  primary key (publication, version)
);
create index publication_versions_of on publication_versions (version);

-- The one that is live: a single row.
create table current_publication (
  one boolean primary key default true check (one),
  publication text not null references publications (id)
);

-- Operations that consumers have asked: texts without the values of variables. What breaks one is told before it goes live.
create table seen_operations (
  digest text primary key,
  text text not null,
  name text,
  -- Codes of the departments that have asked it.
  departments text[] not null,
  last_at timestamptz not null
);
create index seen_operations_last on seen_operations (last_at);
