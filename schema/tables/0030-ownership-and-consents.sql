-- Who owns what of the supergraph: types, fields and directives by the department that first put them live. Never taken off the record.
create table coordinate_owners (
  coordinate text not null,
  department text not null,
  since timestamptz not null,
  primary key (coordinate, department)
);

-- Consent (同意) of a department to what another's publication changes of its coordinates.
create table consents (
  id text primary key,
  requester text not null,
  owner text not null,
  subgraph text not null,
  -- Digest of the SDL for which it was asked; the consent is bound to the changes.
  sdl_digest text not null,
  -- Every change that it covers, and the digest of all of them.
  changes jsonb not null,
  changes_digest text not null,
  -- What consumers would notice, as it was when it was asked.
  effect jsonb not null,
  reason text,
  state text not null check (state in ('PENDING', 'APPROVED', 'REFUSED', 'WITHDRAWN', 'IN_EFFECT')),
  version int not null default 1,
  requested_at timestamptz not null,
  closed_at timestamptz
);
create index consents_parties on consents (requester, subgraph, owner);
create index consents_owner on consents (owner);
-- The same is asked once at a time.
create unique index consents_open on consents (requester, subgraph, owner, changes_digest) where state in ('PENDING', 'APPROVED');

create table consent_moves (
  number bigint generated always as identity primary key,
  consent text not null references consents,
  move text not null,
  department text not null,
  operator text not null,
  note text,
  at timestamptz not null
);
create index consent_moves_of on consent_moves (consent, number);
