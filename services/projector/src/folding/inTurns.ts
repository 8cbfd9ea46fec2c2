import { createTurn, type Turn } from '@threadlog/read-models';
import type { LogBatch } from '@threadlog/log';
import { decodeBatch, decodeRecord, type Entry } from './decodeRecord';
import { foldEntries, planEntries, type FoldContext, type FoldOutcome, type Planned } from './foldEntries';
import type { RowSet } from './rowSet';

/**
 * The steps of a batch, letting others go on between two records: one user's heavy batch (threads of a thousand people, long
 * texts) takes a second altogether, and requests, heartbeats and leases of the process wait for a turn at most.
 */

/** Records are decoded once, so one that comes again costs nothing. */
export async function decodeInTurns(batch: Pick<LogBatch, 'records' | 'malformed'>): Promise<Entry[]> {
  const turn = createTurn();
  for (const record of batch.records) {
    decodeRecord(record);
    if (turn.over) await turn.next();
  }
  return decodeBatch(batch);
}

export async function planInTurns(
  entries: readonly Entry[],
  context: FoldContext,
  turn: Turn = createTurn(),
): Promise<Planned[]> {
  const planned: Planned[] = [];
  for (const entry of entries) {
    planned.push(...planEntries([entry], context));
    if (turn.over) await turn.next();
  }
  return planned;
}

/** As `foldEntries`. Nobody else may touch the rows meanwhile. */
export async function foldInTurns(
  planned: readonly Planned[],
  { rows, context, turn = createTurn() }: { rows: RowSet; context: FoldContext; turn?: Turn },
): Promise<FoldOutcome> {
  const quarantined: FoldOutcome['quarantined'] = [];
  for (const [index, plan] of planned.entries()) {
    const one = foldEntries([plan], rows, context);
    quarantined.push(...one.quarantined);
    if (one.unprocessable) return { quarantined, unprocessable: { ...one.unprocessable, index } };
    if (turn.over) await turn.next();
  }
  return { quarantined, unprocessable: null };
}
