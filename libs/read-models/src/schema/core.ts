/**
 * Tables that outlive every generation of the read model: who owns which partition, which generation is served,
 * which log this database belongs to. Schema `threadlog`. Timestamps of leases are the database's own clock.
 */
export const CORE_SQL = `
create schema if not exists threadlog;
create table if not exists threadlog.log_identity (
  single boolean primary key default true check (single),
  log_id text not null,
  topic text not null,
  partitions integer not null
);
create table if not exists threadlog.read_model (
  single boolean primary key default true check (single),
  active integer not null
);
create table if not exists threadlog.generations (
  generation integer primary key,
  state text not null check (state in ('building', 'active', 'retired', 'dropped')),
  created_at timestamptz not null default now()
);
create table if not exists threadlog.partition_leases (
  partition integer primary key,
  epoch bigint not null,
  owner_id text,
  owner_url text,
  expires_at timestamptz not null
);
create table if not exists threadlog.command_instances (
  owner_id text primary key,
  owner_url text not null,
  expires_at timestamptz not null
);
`;

/**
 * How long the log is known to have been, beside what checkpoints say, and partitions found shorter than that: nobody
 * owns those until somebody decided what becomes of them, and what was decided is kept.
 */
export const LOG_LENGTH_SQL = `
alter table threadlog.partition_leases add column if not exists known_offset bigint not null default 0;
create table if not exists threadlog.log_losses (
  partition integer primary key,
  head bigint not null,
  known bigint not null,
  known_by text not null,
  found_at timestamptz not null default clock_timestamp(),
  generation integer,
  resumes_at bigint
);
create table if not exists threadlog.log_repairs (
  id bigserial primary key,
  partition integer not null,
  head bigint not null,
  known bigint not null,
  known_by text not null,
  found_at timestamptz not null,
  resumes_at bigint not null,
  generation integer,
  reason text not null,
  lost jsonb not null,
  repaired_at timestamptz not null default clock_timestamp()
);
`;

/** Which build made a generation: rows of another one cannot be read. */
export const GENERATION_REVISION_SQL = `
alter table threadlog.generations add column if not exists revision integer not null default 1;
`;

/**
 * Records that an operator has given up, for every generation to come: where they stand, never what is in them. Nothing
 * removes a row: it is the account of who did it and why.
 */
export const DISCARDED_RECORDS_SQL = `
create table if not exists threadlog.discarded_records (
  partition integer not null,
  log_offset bigint not null,
  record_key text not null,
  event_type text,
  fault text not null,
  reason text not null,
  discarded_by text not null,
  discarded_at timestamptz not null default clock_timestamp(),
  primary key (partition, log_offset)
);
`;

/**
 * Records whose text an operator was shown: who, when and why, and where the record stands, never what is in it. Nothing
 * removes a row.
 */
export const REVEALED_RECORDS_SQL = `
create table if not exists threadlog.revealed_records (
  partition integer not null,
  log_offset bigint not null,
  tenant_id text not null,
  stream_type text not null,
  stream_id text not null,
  reason text not null,
  revealed_by text not null,
  revealed_at timestamptz not null default clock_timestamp()
);
create index if not exists revealed_records_by_tenant on threadlog.revealed_records (tenant_id, revealed_at);
`;

/** The worker's notes on privacy requests: where a job stands, and what its next run needs. Nothing personal but ids. */
export const PRIVACY_JOBS_SQL = `
create table if not exists threadlog.privacy_jobs (
  tenant_id text not null,
  request_id text not null,
  kind text not null,
  step text not null,
  done integer not null default 0,
  total integer,
  blocked_by text,
  attempts integer not null default 0,
  state jsonb,
  next_at timestamptz,
  started_at timestamptz not null default clock_timestamp(),
  updated_at timestamptz not null default clock_timestamp(),
  finished_at timestamptz,
  primary key (tenant_id, request_id)
);
`;

/** What instances let through lately, for each other's rate limits. Unlogged: it need not survive anything. */
export const RATE_USAGE_SQL = `
create unlogged table if not exists threadlog.rate_usage (
  id bigserial primary key,
  instance text not null,
  bucket text not null,
  points integer not null,
  at timestamptz not null default clock_timestamp()
);
create index if not exists rate_usage_by_age on threadlog.rate_usage (at);
`;

/** The processes that run, as each says of itself every few seconds. Unlogged: it need not survive anything. */
export const PROCESSES_SQL = `
create unlogged table if not exists threadlog.processes (
  process_id text primary key,
  ops_url text not null,
  version text not null,
  roles text[] not null,
  started_at timestamptz not null,
  seen_at timestamptz not null,
  ready boolean not null,
  waits_for jsonb not null,
  memory jsonb not null
);
`;

/** Instances that share the partitions of the log among them, by the part that reads it. Unlogged: it need not survive anything. */
export const LOG_READERS_SQL = `
create unlogged table if not exists threadlog.log_readers (
  part text not null,
  reader_id text not null,
  url text,
  expires_at timestamptz not null,
  primary key (part, reader_id)
);
`;
