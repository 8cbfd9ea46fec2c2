/**
 * Schema of the key store, which may be a database of its own. Rows are never deleted: a destroyed key keeps its row
 * as proof, and so that no key of the same name and generation can be made again.
 */
export const KEYSTORE_SQL = `
create schema if not exists keystore;
create table if not exists keystore.keys (
  key_id uuid primary key,
  tenant_id text not null,
  kind text not null check (kind in ('subject', 'thread', 'thread_month', 'tenant')),
  entity_id text not null,
  month text not null,
  generation integer not null check (generation > 0),
  wrapped bytea,
  master_version text,
  state text not null check (state in ('open', 'closed', 'destroyed')),
  created_at timestamptz not null default now(),
  closed_at timestamptz,
  destroyed_at timestamptz,
  check (wrapped is null or master_version is not null),
  check (state <> 'open' or wrapped is not null),
  check (state <> 'destroyed' or wrapped is null),
  unique (tenant_id, kind, entity_id, month, generation)
);
create unique index if not exists keys_one_open on keystore.keys (tenant_id, kind, entity_id, month) where state = 'open';
create index if not exists keys_master_version on keystore.keys (master_version) where wrapped is not null;
create table if not exists keystore.master_keys (
  version text primary key,
  first_seen_at timestamptz not null
);
create index if not exists keys_months_left on keystore.keys (tenant_id, month, entity_id)
  where kind = 'thread_month' and state <> 'destroyed';
`;
