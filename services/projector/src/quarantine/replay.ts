import type { LogRecord } from '@threadlog/log';
import {
  generationSchema,
  inTransaction,
  readDiscarded,
  upsertSql,
  type Database,
  type MessageStore,
  type Queryable,
} from '@threadlog/read-models';
import { decodeRecord, NO_EPOCH, type Entry } from '../folding/decodeRecord';
import { foldInTurns, planInTurns } from '../folding/inTurns';
import { lossOf } from '../folding/losses';
import { createRowCache } from '../folding/rowCache';
import { createRowSet, type RowSet } from '../folding/rowSet';
import { isPermanent } from '../storage/errors';
import { createRegistry, type Registry } from '../projections/registry';
import { loadRows } from '../storage/loadRows';
import { writeStored } from '../storage/writeStored';
import { bufferedStore, type BufferedStore } from './bufferedStore';
import { unparkStreams } from './parking';
import { takeMessages, takeRows } from './take';
import { passDiscarded } from './tombstone';

/** A record in quarantine still cannot be applied. Nothing was changed. */
export class ReplayError extends Error {
  override readonly name = 'ReplayError';
  constructor(
    readonly offset: number,
    readonly fault: string,
  ) {
    super(`the record at offset ${offset} still cannot be applied: ${fault}`);
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
  try {
    return await replayAll(deps, recordKey, Infinity);
  } catch (error) {
    if (!isPermanent(error)) throw error;
    // Once more, one by one, to learn which record it is that the store refuses.
    return replayAll(deps, recordKey, 1);
  }
}

async function replayAll(deps: ReplayDeps, recordKey: string, most: number): Promise<number> {
  const { database, generation } = deps;
  const schema = generationSchema(generation);
  return inTransaction(database, async (client) => {
    const partition = await partitionOf(client, schema, recordKey);
    if (partition === null) return 0;
    const place = { recordKey, partition };
    const entries = await quarantinedOf(client, schema, place);
    await unparkStreams(client, schema, place);
    const store = bufferedStore(deps.store);
    await applyAll(entries, await readDiscarded(client, partition), { generation, client, store, most });
    await client.query(`delete from ${schema}.quarantine where partition = $1 and log_offset = any($2::bigint[])`, [
      partition,
      entries.map((entry) => entry.record.offset),
    ]);
    await store.flush();
    return entries.length;
  });
}

/** Locks the partition's checkpoint first, as lanes do: nothing more is set aside until this is over. */
async function partitionOf(client: Queryable, schema: string, recordKey: string): Promise<number | null> {
  const { rows } = await client.query<{ partition: number }>(
    `select partition from ${schema}.checkpoints
     where partition = (select partition from ${schema}.parked_keys where record_key = $1) for update`,
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
     where q.record_key = $1 and q.log_offset >= p.since_offset and q.reason <> $2 order by q.log_offset`,
    // Those that no owner wrote were never events, and stay where they are.
    [recordKey, NO_EPOCH],
  );
  const records = rows.map(({ log_offset: offset, value, headers }): LogRecord => ({
    partition,
    offset,
    key: recordKey,
    value,
    headers,
  }));
  return records.map(decodeRecord);
}

/** `most`: records written at a time. */
interface Applying {
  client: Queryable;
  generation: number;
  store: BufferedStore;
  most: number;
}

/** Folds up to each discarded record, passes that, and goes on. */
async function applyAll(entries: Entry[], discarded: ReadonlySet<number>, deps: Applying): Promise<void> {
  const schema = generationSchema(deps.generation);
  let waiting: Entry[] = [];
  for (const entry of entries) {
    const isDiscarded = discarded.has(entry.record.offset);
    if (waiting.length >= deps.most || isDiscarded) {
      await apply(waiting, deps);
      waiting = [];
    }
    if (!isDiscarded) {
      waiting.push(entry);
      continue;
    }
    await passDiscarded(deps.client, schema, entry);
    const { takings } = lossOf(entry);
    await takeMessages(deps.store, takings);
    await takeRows({ ...deps, schema }, takings);
  }
  await apply(waiting, deps);
}

async function apply(entries: readonly Entry[], deps: Applying): Promise<void> {
  const [first] = entries;
  if (!first) return;
  await foldAndWrite(entries, deps).catch((error: unknown) => {
    if (entries.length > 1 || !isPermanent(error)) throw error;
    throw new ReplayError(first.record.offset, `refused by the store: ${(error as Error).message}`);
  });
}

/** Reading rows is refused, too, where a key is none that a column can hold. */
async function foldAndWrite(entries: readonly Entry[], deps: Applying): Promise<void> {
  const registry = createRegistry(deps.store.kind);
  const nothing = { parked: new Set<string>(), discarded: new Set<number>() };
  const context = { projections: registry.all, partition: entries[0]!.record.partition, ...nothing };
  const rows = createRowSet(createRowCache(0));
  const { client: database, generation, store } = deps;
  const source = { database, generation, store, stored: registry.stored, oneByOne: true as const };
  const planned = await planInTurns(entries, context);
  await loadRows(planned, rows, source);
  const { unprocessable } = await foldInTurns(planned, { rows, context });
  if (unprocessable) throw new ReplayError(entries[unprocessable.index]!.record.offset, unprocessable.reason);
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
