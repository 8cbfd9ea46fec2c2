import type { TenantId } from '@threadlog/events';
import { randomUUID } from 'node:crypto';
import type { Pool } from 'pg';
import type { KeyKind, KeyRecord, KeyState, KeyStore, KeyTarget } from './keyStore';
import { nameOfTarget } from './names';
import { selectMonths } from './months';
import { KEYSTORE_SQL } from './schema';
import * as sql from './statements';

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
  const rows = (name: string, text: string, values: unknown[]) => readRows(pool, { name, text, values });

  function of(tenantId: TenantId, target: KeyTarget): Promise<KeyRecord[]> {
    const { where, values } = condition(tenantId, target);
    return rows(`of_${target.kind}`, `select ${sql.COLUMNS} from keystore.keys k where ${where}`, values);
  }

  /**
   * First the placeholder, then the update, each a statement of its own: a key inserted by another process meanwhile
   * either came before the placeholder, and the update sees it, or is refused by it.
   */
  async function end(tenantId: TenantId, target: KeyTarget, update: string): Promise<KeyRecord[]> {
    const name = nameOfTarget(target);
    await pool.query(sql.TOMBSTONE, [randomUUID(), tenantId, name.kind, name.id, name.month]);
    const { where, values } = condition(tenantId, target);
    await pool.query(update + where, values);
    return of(tenantId, target);
  }

  return {
    newest: (tenantId, names) =>
      rows('newest', sql.NEWEST, [
        tenantId,
        names.map((name) => name.kind),
        names.map((name) => name.id),
        names.map((name) => name.month),
      ]),
    byIds: (tenantId, keyIds) => rows('by_ids', sql.BY_IDS, [tenantId, keyIds]),
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
      await pool.query({ name: 'keystore_insert', text: sql.INSERT, values: [tenantId, ...columns] });
    },
    close: (tenantId, target) => end(tenantId, target, sql.CLOSE),
    destroy: (tenantId, target) => end(tenantId, target, sql.DESTROY),
    of,
    async destroyListed(keys) {
      const tenants = keys.map((key) => key.tenantId);
      const ids = keys.map((key) => key.keyId);
      const ended = await pool.query(sql.DESTROY_LISTED, [tenants, ids]);
      const stood = await pool.query(sql.STAND_FOR_LISTED, [
        tenants,
        ids,
        keys.map((key) => key.kind),
        keys.map((key) => key.id),
        keys.map((key) => key.month),
        keys.map((key) => key.generation),
        keys.map((key) => key.masterVersion),
      ]);
      return (ended.rowCount ?? 0) + (stood.rowCount ?? 0);
    },
    monthsBefore: (tenantId, query) => selectMonths(pool, tenantId, query),
    ...rotating(pool),
  };
}

/** What concerns the master key. */
function rotating(pool: Pool): Pick<KeyStore, 'sawMasterKey' | 'masterKeys' | 'wrappedOtherwise' | 'rewrap'> {
  return {
    sawMasterKey: async (version) => void (await pool.query(sql.SAW_MASTER_KEY, [version])),
    async masterKeys() {
      const { rows: found } = await pool.query<{ version: string; first_seen_at: Date; wrapped: number }>(
        sql.MASTER_KEYS,
      );
      return found.map(({ version, first_seen_at: firstSeenAt, wrapped }) => ({ version, firstSeenAt, wrapped }));
    },
    wrappedOtherwise: (version, limit) =>
      readRows(pool, { name: 'otherwise', text: sql.OTHERWISE, values: [version, limit] }),
    async rewrap(changes) {
      const columns = [
        changes.map((change) => change.keyId),
        changes.map((change) => change.from),
        changes.map((change) => change.wrapped),
        changes.map((change) => change.masterVersion),
      ];
      return (await pool.query(sql.REWRAP, columns)).rowCount ?? 0;
    },
  };
}

interface PreparedQuery {
  name: string;
  text: string;
  values: unknown[];
}

async function readRows(pool: Pool, { name, text, values }: PreparedQuery): Promise<KeyRecord[]> {
  const result = await pool.query<KeyRow>({ name: `keystore_${name}`, text, values });
  return result.rows.map(fromRow);
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
