-- Applications (申请) for conditional and withheld items: what was asked, as it was asked.
create table applications (
  id text primary key,
  version integer not null default 1,
  applicant text not null,
  created_at timestamptz not null,
  created_by text not null,
  -- Until then it is a draft, and nobody's business but the applicant's.
  submitted_at timestamptz,
  -- The end of the time that was asked for: nothing is granted beyond it.
  until timestamptz not null,
  content jsonb not null
);
create index applications_applicant on applications (applicant, id);

-- What an application asks of one provider, with one fate for all its items.
create table application_parts (
  id text primary key,
  application text not null references applications (id),
  version integer not null default 1,
  provider text not null,
  -- CONDITIONAL is applied for, WITHHELD can only be negotiated (Measures Art. 12).
  class text not null,
  items text[] not null,
  state text not null,
  -- In force on the day of submission, whatever comes later.
  rule_set text,
  -- The clock of the provider's answer: the day from which it counts, how many working days, and what that comes to.
  clock_from text,
  clock_days integer,
  due text,
  due_assumed boolean not null default false,
  overdue boolean not null default false,
  answered_at timestamptz,
  answered_in_time boolean,
  grant_id text,
  -- Items that an approval in part left out are a part of their own from then on.
  split_from text references application_parts (id)
);
create index application_parts_application on application_parts (application);
create index application_parts_provider on application_parts (provider, state);

-- Who moved what, when and why. Nothing here is ever changed.
create table application_history (
  id text primary key,
  part text not null references application_parts (id),
  at timestamptz not null,
  -- Null: the platform, by its clocks.
  department text,
  operator text,
  move text not null,
  from_state text not null,
  to_state text not null,
  reason text
);
create index application_history_part on application_history (part, id);

-- Rights that approvals have given (授权). What is enforced is read from here.
create table grants (
  id text primary key,
  version integer not null default 1,
  part text not null references application_parts (id),
  holder text not null,
  provider text not null,
  coordinates text[] not null,
  uses text[] not null,
  scope jsonb not null,
  masks jsonb not null,
  quota_per_day integer,
  contact text,
  valid_from timestamptz not null,
  valid_until timestamptz not null,
  -- ACTIVE, SUSPENDED, REVOKED, RETURNED. That it has expired, the clock says.
  status text not null default 'ACTIVE',
  granted_at timestamptz not null
);
create index grants_holder on grants (holder, id);
create index grants_provider on grants (provider, id);

create table grant_history (
  id text primary key,
  grant_id text not null references grants (id),
  at timestamptz not null,
  department text,
  operator text,
  move text not null,
  from_state text not null,
  to_state text not null,
  reason text
);
create index grant_history_grant on grant_history (grant_id, id);

create function refuse_change() returns trigger language plpgsql as $$
begin
  raise exception '% keeps what has happened: nothing in it is changed', tg_table_name;
end $$;
create trigger application_history_stays before update or delete on application_history
  for each row execute function refuse_change();
create trigger grant_history_stays before update or delete on grant_history
  for each row execute function refuse_change();

-- One row that counts the changes of grants, so that an instance can tell whether its copy is the last. Whoever changes grants holds it
-- until commit: revisions are seen in their order. A trigger, so that no way of changing grants can forget it.
create table grant_revision (revision bigint not null);
insert into grant_revision values (0);
create function count_grant_change() returns trigger language plpgsql as $$
begin
  update grant_revision set revision = revision + 1;
  perform pg_notify('grants_changed', '');
  return null;
end $$;
create trigger grants_counted after insert or update or delete on grants
  for each statement execute function count_grant_change();
