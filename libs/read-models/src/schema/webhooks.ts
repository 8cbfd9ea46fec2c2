/**
 * Where each endpoint stands, by partition of the events topic, and what it has not taken yet: what was delivered leaves
 * no row. Deliveries are found by where they lie in the log; no text is here. Those of one lane go in the order of the
 * log. With `dead_at` a delivery was given up.
 */
export const WEBHOOKS_SQL = `
create table if not exists threadlog.webhook_positions (
  endpoint_id text not null,
  partition integer not null,
  next_offset bigint not null,
  max_epoch bigint not null,
  primary key (endpoint_id, partition)
);
create table if not exists threadlog.webhook_deliveries (
  endpoint_id text not null,
  partition integer not null,
  log_offset bigint not null,
  lane text not null,
  tenant_id text not null,
  event_id uuid not null,
  attempts integer not null,
  due_at timestamptz not null,
  last_status integer,
  last_reason text,
  dead_at timestamptz,
  primary key (endpoint_id, partition, log_offset)
);
create index if not exists webhook_deliveries_lane
  on threadlog.webhook_deliveries (endpoint_id, lane, log_offset) where dead_at is null;
create index if not exists webhook_deliveries_dead
  on threadlog.webhook_deliveries (endpoint_id, dead_at) where dead_at is not null;
`;

/**
 * Many endpoints. `live` stands for all endpoints that keep up; one that does not, and a replay, reads under its outlet's
 * name: what an endpoint is told of a tenant, `*` being the operator's endpoint. `webhook_receivers` has since when an
 * endpoint is told, and since when it takes nothing.
 */
export const WEBHOOK_OUTLETS_SQL = `
alter table threadlog.webhook_positions rename column endpoint_id to reader;
alter table threadlog.webhook_deliveries rename column endpoint_id to outlet;
create table if not exists threadlog.webhook_receivers (
  endpoint text primary key,
  since timestamptz not null,
  failing_since timestamptz
);
insert into threadlog.webhook_receivers (endpoint, since)
  select '*', 'epoch' where exists (select from threadlog.webhook_positions where reader = 'operator');
update threadlog.webhook_positions set reader = 'live' where reader = 'operator';
update threadlog.webhook_deliveries set outlet = '*/' || tenant_id where outlet = 'operator';
alter table threadlog.webhook_deliveries add column n bigint generated always as identity;
alter table threadlog.webhook_deliveries add column revived_at timestamptz;
create index webhook_deliveries_revived on threadlog.webhook_deliveries (revived_at) where revived_at is not null;
`;

/**
 * What can be looked up of deliveries, for a while: attempts, bounded per endpoint, with the begin of the answer sealed;
 * replays and how far they are; the public half of what deliveries are signed with. Positions and ids, no payloads.
 */
export const WEBHOOK_HISTORY_SQL = `
alter table threadlog.webhook_deliveries add column event text;
create table threadlog.webhook_attempts (
  n bigint generated always as identity primary key,
  tenant_id text not null,
  webhook_id text not null,
  kind text not null,
  partition integer,
  log_offset bigint,
  event_id uuid not null,
  event text not null,
  thread_id text,
  message_index integer,
  at timestamptz not null,
  duration_ms integer not null,
  delivered boolean not null,
  status integer,
  error text,
  answer text
);
create index webhook_attempts_by_time on threadlog.webhook_attempts (tenant_id, webhook_id, at desc, n desc);
create index webhook_attempts_bound on threadlog.webhook_attempts (tenant_id, webhook_id, delivered, n desc);
create table threadlog.webhook_replays (
  n bigint generated always as identity unique,
  replay_id uuid primary key,
  tenant_id text not null,
  webhook_id text not null,
  requested_at timestamptz not null,
  requested_by text not null,
  starts text not null,
  ends text not null,
  from_time timestamptz,
  to_time timestamptz,
  thread_id text,
  status text not null,
  reason text,
  delivered bigint not null default 0,
  given_up bigint not null default 0,
  last_status integer,
  last_error text,
  finished_at timestamptz
);
create index webhook_replays_by_time on threadlog.webhook_replays (tenant_id, webhook_id, requested_at desc, n desc);
create index webhook_replays_running on threadlog.webhook_replays (tenant_id) where status = 'running';
create table threadlog.webhook_replay_positions (
  replay_id uuid not null references threadlog.webhook_replays on delete cascade,
  partition integer not null,
  first_offset bigint not null,
  next_offset bigint not null,
  max_epoch bigint not null,
  end_offset bigint not null,
  primary key (replay_id, partition)
);
create table threadlog.webhook_keys (
  public_key text primary key
);
`;
