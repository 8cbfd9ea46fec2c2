import { epochOf, type LogRecord } from '@threadlog/log';
import {
  generationSchema,
  inTransaction,
  upsertSql,
  type Database,
  type MessageStore,
  type Queryable,
} from '@threadlog/read-models';
import { decodeRecord, type Entry } from '../folding/decodeRecord';
import { foldEntries, planEntries } from '../folding/foldEntries';
import { createRowCache } from '../folding/rowCache';
import { createRowSet, type RowSet } from '../folding/rowSet';
import { createRegistry, type Registry } from '../projections/registry';
import { loadRows } from '../storage/loadRows';
import { writeStored } from '../storage/writeStored';
import { parseRecordKey, STREAMS_OF_KEY } from './parking';

/** A record in quarantine still cannot be applied. Nothing was changed. */
export class ReplayError extends Error {
  override readonly name = 'ReplayError';
  constructor(
    readonly offset: number,
    reason: string,
  ) {
    super(`the record at offset ${offset} still cannot be applied: ${reason}`);
  }
}

export interface ReplayDeps {
  database: Database;
  generation: number;
  store: MessageStore;
}

/**
 * Applies what waits in quarantine for a record key, in the order of the log, and lets its streams go on: for after the
 * fault was fixed. Returns how many records were applied; 0 when the key is not parked. Throws `ReplayError`.
 *
 * It holds the partition's checkpoint, so the lane waits; and it raises the checkpoint's revision, so the lane then
 * finds that it must forget the rows and the parked keys it remembers.
 */
export async function replayParkedKey(deps: ReplayDeps, recordKey: string): Promise<number> {
  const { database, generation } = deps;
  const schema = generationSchema(generation);
  return inTransaction(database, async (client) => {
    const partition = await partitionOf(client, schema, recordKey);
    if (partition === null) return 0;
    await client.query(`update ${schema}.checkpoints set revision = revision + 1 where partition = $1`, [partition]);
    const entries = await quarantinedOf(client, schema, { recordKey, partition });
    await applyAll(entries, partition, { ...deps, client });
    await unpark(client, schema, { recordKey, offsets: entries.map((entry) => entry.record.offset) });
    return entries.length;
  });
}

async function partitionOf(client: Queryable, schema: string, recordKey: string): Promise<number | null> {
  const { rows } = await client.query<{ partition: number }>(
    `select partition from ${schema}.parked_keys where record_key = $1`,
    [recordKey],
  );
  return rows[0]?.partition ?? null;
}

interface QuarantineRow {
  log_offset: number;
  value: Buffer;
  headers: Record<string, string>;
}

async function quarantinedOf(
  client: Queryable,
  schema: string,
  { recordKey, partition }: { recordKey: string; partition: number },
): Promise<Entry[]> {
  const { rows } = await client.query<QuarantineRow>(
    `select q.log_offset, q.value, q.headers from ${schema}.quarantine q join ${schema}.parked_keys p using (record_key)
     where q.record_key = $1 and q.log_offset >= p.since_offset order by q.log_offset`,
    [recordKey],
  );
  const records = rows.map(({ log_offset: offset, value, headers }): LogRecord => ({
    partition,
    offset,
    key: recordKey,
    value,
    headers,
  }));
  // Those that no owner wrote were never events, and stay where they are.
  return records.filter((record) => epochOf(record) !== null).map(decodeRecord);
}

type Applying = ReplayDeps & { client: Queryable };

async function applyAll(entries: Entry[], partition: number, deps: Applying): Promise<void> {
  const registry = createRegistry(deps.store.kind);
  const context = { projections: registry.all, partition, parked: new Set<string>() };
  const rows = createRowSet(createRowCache(0));
  const source = { database: deps.client, generation: deps.generation, store: deps.store, stored: registry.stored };
  const planned = planEntries(entries, context);
  await loadRows(planned, rows, source);
  const { obstacle } = foldEntries(planned, rows, context);
  if (obstacle) throw new ReplayError(entries[obstacle.index]!.record.offset, obstacle.reason);
  await write(rows, registry, deps);
}

async function write(rows: RowSet, registry: Registry, { client, generation, store }: Applying): Promise<void> {
  const changes = rows.changes();
  await writeStored(store, registry, changes);
  for (const projection of registry.relational) {
    const changed = changes.get(projection);
    if (!changed) continue;
    await client.query(upsertSql(projection.table, generationSchema(generation), '$1'), [
      JSON.stringify([...changed.values()]),
    ]);
  }
}

async function unpark(
  client: Queryable,
  schema: string,
  { recordKey, offsets }: { recordKey: string; offsets: number[] },
): Promise<void> {
  await client.query(`delete from ${schema}.quarantine where record_key = $1 and log_offset = any($2::bigint[])`, [
    recordKey,
    offsets,
  ]);
  await client.query(`delete from ${schema}.parked_keys where record_key = $1`, [recordKey]);
  const key = parseRecordKey(recordKey);
  if (!key) return;
  const stream = [key.tenantId, key.streamType, key.streamId];
  await client.query(`update ${schema}.streams set parked_at = null where ${STREAMS_OF_KEY}`, stream);
}
