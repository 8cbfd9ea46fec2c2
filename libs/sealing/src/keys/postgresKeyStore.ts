import type { TenantId } from '@threadlog/events';
import { randomUUID } from 'node:crypto';
import type { Pool } from 'pg';
import { nameOfTarget, type KeyKind, type KeyRecord, type KeyState, type KeyStore, type KeyTarget } from './keyStore';
import { KEYSTORE_SQL } from './schema';

const COLUMNS = `k.key_id, k.tenant_id, k.kind, k.entity_id, k.month, k.generation, k.wrapped, k.master_version, k.state,
  k.created_at, k.closed_at, k.destroyed_at`;

const NEWEST = `select distinct on (k.kind, k.entity_id, k.month) ${COLUMNS}
  from unnest($2::text[], $3::text[], $4::text[]) as n(kind, entity_id, month)
  join keystore.keys k on k.tenant_id = $1 and (k.kind, k.entity_id, k.month) = (n.kind, n.entity_id, n.month)
  order by k.kind, k.entity_id, k.month, k.generation desc`;

const BY_IDS = `select ${COLUMNS} from keystore.keys k where k.tenant_id = $1 and k.key_id = any($2::uuid[])`;

/** Rows go in sorted by name, so that two processes inserting the same names wait for each other and never deadlock. */
const INSERT = `insert into keystore.keys
    (tenant_id, key_id, kind, entity_id, month, generation, wrapped, master_version, state)
  select $1, n.*, 'open'
  from unnest($2::uuid[], $3::text[], $4::text[], $5::text[], $6::int[], $7::bytea[], $8::text[])
    as n(key_id, kind, entity_id, month, generation, wrapped, master_version)
  where not exists (select 1 from keystore.keys g where g.tenant_id = $1 and g.state <> 'open'
    and (g.kind = 'tenant' or (g.kind = 'thread' and n.kind = 'thread_month' and g.entity_id = n.entity_id)))
  order by n.kind, n.entity_id, n.month
  on conflict do nothing`;

const TOMBSTONE = `insert into keystore.keys (key_id, tenant_id, kind, entity_id, month, generation, state, closed_at)
  values ($1, $2, $3, $4, $5, 1, 'closed', now()) on conflict do nothing`;

const CLOSE = `update keystore.keys k set state = 'closed', closed_at = now() where k.state = 'open' and `;
const DESTROY = `update keystore.keys k set state = 'destroyed', wrapped = null,
  closed_at = coalesce(k.closed_at, now()), destroyed_at = now() where k.state <> 'destroyed' and `;

const OTHERWISE = `select ${COLUMNS} from keystore.keys k
  where k.wrapped is not null and k.master_version <> $1 limit $2`;

const REWRAP = `update keystore.keys k set wrapped = n.wrapped, master_version = n.master_version
  from unnest($1::uuid[], $2::bytea[], $3::bytea[], $4::text[]) as n(key_id, old, wrapped, master_version)
  where k.key_id = n.key_id and k.wrapped = n.old`;

/** Creates the schema where it is missing; processes that start together take turns. */
export async function migrateKeyStore(pool: Pool): Promise<void> {
  const client = await pool.connect();
  try {
    await client.query('begin');
    await client.query(`select pg_advisory_xact_lock(hashtextextended('threadlog keystore', 0))`);
    await client.query(KEYSTORE_SQL);
    await client.query('commit');
    client.release();
  } catch (error) {
    // The connection goes with its transaction: rolling back on one that may be broken could fail in turn.
    client.release(true);
    throw error;
  }
}

/** The key store in Postgres (schema `keystore`). The pool, with its timeouts, belongs to the caller. */
export function createPostgresKeyStore(pool: Pool): KeyStore {
  async function rows(name: string, text: string, values: unknown[]): Promise<KeyRecord[]> {
    const result = await pool.query<KeyRow>({ name: `keystore_${name}`, text, values });
    return result.rows.map(fromRow);
  }

  /**
   * First the placeholder, then the update, each a statement of its own: a key inserted by another process meanwhile
   * either came before the placeholder, and the update sees it, or is refused by it.
   */
  async function end(tenantId: TenantId, target: KeyTarget, update: string): Promise<KeyRecord[]> {
    const name = nameOfTarget(target);
    await pool.query(TOMBSTONE, [randomUUID(), tenantId, name.kind, name.id, name.month]);
    const { where, values } = condition(tenantId, target);
    await pool.query(update + where, values);
    return rows(`of_${target.kind}`, `select ${COLUMNS} from keystore.keys k where ${where}`, values);
  }

  return {
    newest: (tenantId, names) =>
      rows('newest', NEWEST, [
        tenantId,
        names.map((name) => name.kind),
        names.map((name) => name.id),
        names.map((name) => name.month),
      ]),
    byIds: (tenantId, keyIds) => rows('by_ids', BY_IDS, [tenantId, keyIds]),
    async insert(tenantId, keys) {
      const columns = [
        keys.map((key) => key.keyId),
        keys.map((key) => key.kind),
        keys.map((key) => key.id),
        keys.map((key) => key.month),
        keys.map((key) => key.generation),
        keys.map((key) => key.wrapped),
        keys.map((key) => key.masterVersion),
      ];
      await pool.query({ name: 'keystore_insert', text: INSERT, values: [tenantId, ...columns] });
    },
    close: (tenantId, target) => end(tenantId, target, CLOSE),
    destroy: (tenantId, target) => end(tenantId, target, DESTROY),
    wrappedOtherwise: (version, limit) => rows('otherwise', OTHERWISE, [version, limit]),
    async rewrap(changes) {
      const columns = [
        changes.map((change) => change.keyId),
        changes.map((change) => change.from),
        changes.map((change) => change.wrapped),
        changes.map((change) => change.masterVersion),
      ];
      return (await pool.query(REWRAP, columns)).rowCount ?? 0;
    },
  };
}

function condition(tenantId: TenantId, target: KeyTarget): { where: string; values: unknown[] } {
  if (target.kind === 'tenant') return { where: 'k.tenant_id = $1', values: [tenantId] };
  if (target.kind === 'thread')
    return {
      where: `k.tenant_id = $1 and k.kind in ('thread', 'thread_month') and k.entity_id = $2`,
      values: [tenantId, target.id],
    };
  const name = nameOfTarget(target);
  return {
    where: 'k.tenant_id = $1 and k.kind = $2 and k.entity_id = $3 and k.month = $4',
    values: [tenantId, name.kind, name.id, name.month],
  };
}

interface KeyRow {
  key_id: string;
  tenant_id: string;
  kind: KeyKind;
  entity_id: string;
  month: string;
  generation: number;
  wrapped: Buffer | null;
  master_version: string | null;
  state: KeyState;
  created_at: Date;
  closed_at: Date | null;
  destroyed_at: Date | null;
}

function fromRow(row: KeyRow): KeyRecord {
  return {
    tenantId: row.tenant_id as TenantId,
    keyId: row.key_id,
    kind: row.kind,
    id: row.entity_id,
    month: row.month,
    generation: row.generation,
    wrapped: row.wrapped,
    masterVersion: row.master_version,
    state: row.state,
    createdAt: row.created_at,
    closedAt: row.closed_at,
    destroyedAt: row.destroyed_at,
  };
}
