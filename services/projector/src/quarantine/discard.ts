import {
  generationSchema,
  inTransaction,
  liveGenerations,
  type Database,
  type MessageStore,
  type Queryable,
} from '@threadlog/read-models';
import { decodeRecord, NO_EPOCH } from '../folding/decodeRecord';
import { lossOf } from '../folding/losses';
import { replayParkedKey, ReplayError } from './replay';

/** A record that cannot be discarded as it was asked for. Nothing was changed. */
export class DiscardError extends Error {
  override readonly name = 'DiscardError';
}

export interface DiscardDeps {
  database: Database;
  messageStore(generation: number): MessageStore;
}

export interface Discard {
  recordKey: string;
  offset: number;
  /** Why, and who says so: kept for ever. */
  reason: string;
  by: string;
  /** Also one that takes something away and cannot be read: whoever it meant keeps what it took. */
  force?: boolean;
}

/** What became of the streams in one generation: how many records were passed or applied, or what stops them next. */
export interface DiscardOutcome {
  generation: number;
  applied: number;
  /** The record behind which the streams still wait; null where they go on. */
  stillParked: { offset: number; reason: string } | null;
}

interface Found {
  partition: number;
  value: Buffer;
  headers: Record<string, string>;
  reason: string;
}

/**
 * Gives up a record in quarantine: no generation will ever apply it, one that is rebuilt neither. What it takes away
 * and can be read stays taken. Then its streams go on, if nothing else stops them. Throws `DiscardError`.
 */
export async function discardRecord(deps: DiscardDeps, discard: Discard): Promise<DiscardOutcome[]> {
  const { database } = deps;
  const generations = (await liveGenerations(database)).map(({ generation }) => generation);
  await inTransaction(database, (client) => decideDiscard(client, generations, discard));
  const outcomes: DiscardOutcome[] = [];
  for (const generation of generations) outcomes.push(await goOn(deps, generation, discard.recordKey));
  return outcomes;
}

async function decideDiscard(client: Queryable, generations: readonly number[], discard: Discard): Promise<void> {
  const found = await findRecord(client, generations, discard);
  if (!found) throw new DiscardError(`no record of ${discard.recordKey} at offset ${discard.offset} is in quarantine`);
  const { partition, value, headers } = found;
  const record = { partition, offset: discard.offset, key: discard.recordKey, value, headers };
  const isForeign = found.reason === NO_EPOCH;
  if (!isForeign && lossOf(decodeRecord(record)).closes && discard.force !== true) {
    throw new DiscardError('the record takes something away and cannot be read: whoever it meant would keep it');
  }
  await client.query(
    `insert into threadlog.discarded_records (partition, log_offset, record_key, event_type, fault, reason, discarded_by)
     values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing`,
    [
      ...[partition, discard.offset, discard.recordKey, headers.ce_type ?? null],
      ...[found.reason, discard.reason, discard.by],
    ],
  );
  for (const generation of generations) {
    const schema = generationSchema(generation);
    // Lanes ask again for what is discarded before they write anything more.
    await client.query(`update ${schema}.checkpoints set revision = revision + 1 where partition = $1`, [partition]);
    if (!isForeign) continue;
    const place = [partition, discard.offset];
    await client.query(`delete from ${schema}.quarantine where partition = $1 and log_offset = $2`, place);
  }
}

async function findRecord(
  client: Queryable,
  generations: readonly number[],
  { recordKey, offset }: Discard,
): Promise<Found | null> {
  for (const generation of generations) {
    const { rows } = await client.query<Found>(
      `select partition, value, headers, reason from ${generationSchema(generation)}.quarantine
       where record_key = $1 and log_offset = $2`,
      [recordKey, offset],
    );
    if (rows[0]) return rows[0];
  }
  return null;
}

async function goOn(deps: DiscardDeps, generation: number, recordKey: string): Promise<DiscardOutcome> {
  const { database, messageStore } = deps;
  try {
    const applied = await replayParkedKey({ database, generation, store: messageStore(generation) }, recordKey);
    return { generation, applied, stillParked: null };
  } catch (error) {
    if (!(error instanceof ReplayError)) throw error;
    return { generation, applied: 0, stillParked: { offset: error.offset, reason: error.fault } };
  }
}
