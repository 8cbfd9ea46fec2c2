/** Statements of the key store in Postgres. */
export const COLUMNS = `k.key_id, k.tenant_id, k.kind, k.entity_id, k.month, k.generation, k.wrapped, k.master_version, k.state,
  k.created_at, k.closed_at, k.destroyed_at`;

export const NEWEST = `select distinct on (k.kind, k.entity_id, k.month) ${COLUMNS}
  from unnest($2::text[], $3::text[], $4::text[]) as n(kind, entity_id, month)
  join keystore.keys k on k.tenant_id = $1 and (k.kind, k.entity_id, k.month) = (n.kind, n.entity_id, n.month)
  order by k.kind, k.entity_id, k.month, k.generation desc`;

export const BY_IDS = `select ${COLUMNS} from keystore.keys k where k.tenant_id = $1 and k.key_id = any($2::uuid[])`;

/** Rows go in sorted by name, so that two processes inserting the same names wait for each other and never deadlock. */
export const INSERT = `insert into keystore.keys
    (tenant_id, key_id, kind, entity_id, month, generation, wrapped, master_version, state)
  select $1, n.*, 'open'
  from unnest($2::uuid[], $3::text[], $4::text[], $5::text[], $6::int[], $7::bytea[], $8::text[])
    as n(key_id, kind, entity_id, month, generation, wrapped, master_version)
  where not exists (select 1 from keystore.keys g where g.tenant_id = $1 and g.state <> 'open'
    and (g.kind = 'tenant' or (g.kind = 'thread' and n.kind = 'thread_month' and g.entity_id = n.entity_id)))
  order by n.kind, n.entity_id, n.month
  on conflict do nothing`;

export const TOMBSTONE = `insert into keystore.keys (key_id, tenant_id, kind, entity_id, month, generation, state, closed_at)
  values ($1, $2, $3, $4, $5, 1, 'closed', now()) on conflict do nothing`;

export const CLOSE = `update keystore.keys k set state = 'closed', closed_at = now() where k.state = 'open' and `;
export const DESTROY = `update keystore.keys k set state = 'destroyed', wrapped = null,
  closed_at = coalesce(k.closed_at, now()), destroyed_at = now() where k.state <> 'destroyed' and `;

export const OTHERWISE = `select ${COLUMNS} from keystore.keys k
  where k.wrapped is not null and k.master_version <> $1 limit $2`;

export const REWRAP = `update keystore.keys k set wrapped = n.wrapped, master_version = n.master_version
  from unnest($1::uuid[], $2::bytea[], $3::bytea[], $4::text[]) as n(key_id, old, wrapped, master_version)
  where k.key_id = n.key_id and k.wrapped = n.old`;

const LISTED = `unnest($1::text[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::int[], $7::text[])
  as n(tenant_id, key_id, kind, entity_id, month, generation, master_version)`;

/** Rows are locked in the order of their ids: processes that start together replay the same list at once. */
export const DESTROY_LISTED = `update keystore.keys k set state = 'destroyed', wrapped = null,
    closed_at = coalesce(k.closed_at, now()), destroyed_at = now()
  from (select key_id from keystore.keys
    join unnest($1::text[], $2::uuid[]) as n(tenant_id, key_id) using (tenant_id, key_id)
    where state <> 'destroyed' order by key_id for update of keys) n
  where k.key_id = n.key_id and k.state <> 'destroyed'`;

export const STAND_FOR_LISTED = `insert into keystore.keys
    (tenant_id, key_id, kind, entity_id, month, generation, master_version, state, closed_at, destroyed_at)
  select n.*, 'destroyed', now(), now() from (select n.tenant_id, n.key_id, n.kind, n.entity_id, n.month, n.generation,
    n.master_version from ${LISTED}) n
  where not exists (select 1 from keystore.keys k where k.key_id = n.key_id)
  order by n.tenant_id, n.kind, n.entity_id, n.month
  on conflict do nothing`;

export const SAW_MASTER_KEY = `insert into keystore.master_keys (version, first_seen_at)
  select $1, coalesce((select min(k.created_at) from keystore.keys k where k.master_version = $1), now())
  where not exists (select 1 from keystore.master_keys where version = $1)
  on conflict do nothing`;

export const MASTER_KEYS = `with used as (
    select master_version as version, count(*)::int as wrapped, min(created_at) as since
    from keystore.keys where wrapped is not null group by master_version)
  select coalesce(m.version, u.version) as version, coalesce(m.first_seen_at, u.since) as first_seen_at,
    coalesce(u.wrapped, 0) as wrapped
  from keystore.master_keys m full join used u on u.version = m.version order by 2, 1`;
