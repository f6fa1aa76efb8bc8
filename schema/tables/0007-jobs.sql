-- What has to be done at a time, and survives a restart.
create table jobs (
  id bigint generated always as identity primary key,
  kind text not null,
  -- One pending job for each key: scheduled twice, done once.
  key text not null,
  payload jsonb not null,
  run_at timestamptz not null,
  attempts integer not null default 0,
  -- Kind of the last error; never its message, which may quote data.
  failure text,
  -- Given up after too many attempts, and kept for a person to look at.
  dead boolean not null default false,
  unique (kind, key)
);
create index jobs_due on jobs (run_at) where not dead;
