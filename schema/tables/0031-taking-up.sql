-- Which publications instances have taken up, or why they could not: a start goes back to the last that could be taken up.
create table publication_take_ups (
  publication text not null references publications (id),
  instance text not null,
  at timestamptz not null,
  -- Null: it is taken up.
  failure text,
  primary key (publication, instance)
);
