/**
 * One row a stream, whatever its events, is what the write side loads first. Receipts are first answers by idempotency
 * key; a command's events travel together, so the last one says where it stands. They are read newest first within a
 * stream (the write side's load) and pruned by age, for which a block range index costs next to nothing.
 */
export function streamTablesSql(schema: string): string {
  return `
create table if not exists ${schema}.streams (
  tenant_id text not null,
  stream_type text not null,
  stream_id text not null,
  version integer not null,
  last_timestamp text not null,
  partition integer not null,
  parked_at text,
  gap integer not null default 0,
  primary key (tenant_id, stream_type, stream_id)
);

create table if not exists ${schema}.command_receipts (
  tenant_id text not null,
  stream_type text not null,
  stream_id text not null,
  key_hash text not null,
  request_hash text not null,
  actor_id text not null,
  event_type text not null,
  resource_id text not null,
  version integer not null,
  partition integer not null,
  log_offset bigint not null,
  created_at text not null,
  primary key (tenant_id, stream_type, stream_id, key_hash)
);
create index if not exists receipts_by_stream on ${schema}.command_receipts
  (tenant_id, stream_type, stream_id, created_at);
create index if not exists receipts_by_age on ${schema}.command_receipts using brin (created_at);
`;
}

/**
 * Where each partition's lane stands, and what it could not apply. `revision` moves whenever somebody other than the
 * lane changes the rows of a partition (a replay of parked records): the lane's guard names it, so that rows the lane
 * remembers from before are never written over newer ones. `parkings` moves whenever streams of the partition are parked
 * or go on again: who remembers which ones are asks for them anew.
 */
export function laneTablesSql(schema: string): string {
  return `
create table if not exists ${schema}.checkpoints (
  partition integer primary key,
  next_offset bigint not null,
  max_epoch bigint not null,
  revision integer not null default 0,
  parkings integer not null default 0,
  updated_at timestamptz not null default now()
) with (fillfactor = 50);

create table if not exists ${schema}.quarantine (
  partition integer not null,
  log_offset bigint not null,
  record_key text not null,
  reason text not null,
  value bytea not null,
  headers jsonb not null,
  created_at timestamptz not null default now(),
  primary key (partition, log_offset)
);
create index if not exists quarantine_by_key on ${schema}.quarantine (record_key, log_offset);
create table if not exists ${schema}.parked_keys (
  record_key text primary key,
  partition integer not null,
  since_offset bigint not null,
  closed boolean not null default false
);
create index if not exists parked_by_partition on ${schema}.parked_keys (partition);
`;
}
