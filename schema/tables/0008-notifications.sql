-- What departments are told, in their inbox and by webhook. A notification names what it is about and holds no personal data.
create table notifications (
  id text primary key,
  department text not null,
  event text not null,
  about_type text not null,
  about_id text not null,
  at timestamptz not null
);
create index notifications_of on notifications (department, id);

create table webhooks (
  id text primary key,
  department text not null,
  url text not null,
  -- Events that are wanted; empty for all.
  events text[] not null,
  status text not null check (status in ('ACTIVE', 'REMOVED')),
  version int not null default 1,
  made_by text not null,
  at timestamptz not null
);

create table webhook_deliveries (
  id text primary key,
  webhook text not null references webhooks,
  notification text not null references notifications,
  status text not null check (status in ('PENDING', 'DELIVERED', 'DEAD')),
  attempts int not null default 0,
  next_at timestamptz not null,
  last_error text,
  delivered_at timestamptz,
  unique (webhook, notification)
);
create index webhook_deliveries_due on webhook_deliveries (next_at) where status = 'PENDING';
