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
