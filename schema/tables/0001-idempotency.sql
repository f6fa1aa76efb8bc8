-- Answers of mutations by the key that the caller gave: asked twice, done once.
create table idempotency_keys (
  department text not null,
  key text not null,
  mutation text not null,
  -- Digest of the mutation's arguments: the same key for something else is a mistake.
  request text not null,
  answer jsonb not null,
  at timestamptz not null default now(),
  primary key (department, key)
);
