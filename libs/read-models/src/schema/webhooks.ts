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
