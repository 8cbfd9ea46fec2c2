import { PRUNED_AT_ONCE, pruneReceipts, receiptHorizon, type Database } from '@threadlog/read-models';
import { until, type Logger } from '@threadlog/service';

/** Milliseconds between looks for receipts that count no more. */
const PRUNE_EVERY_MS = 600_000;

export interface ReceiptPrunerDeps {
  database: Database;
  generation: number;
  logger: Pick<Logger, 'warn'>;
  limit<T>(task: () => Promise<T>): Promise<T>;
  /** Milliseconds between looks; `PRUNE_EVERY_MS` by default. */
  pruneEveryMs?: number;
}

/**
 * Removes a generation's receipts that no idempotency window can reach any more, a bounded number a statement, so that
 * lanes have their turn between them. Several may run at once. What fails is tried again with the next look: a receipt
 * that stays too long costs its place and nothing else. Ends after the statement in progress when the signal aborts.
 */
export async function runReceiptPruner(deps: ReceiptPrunerDeps, signal: AbortSignal): Promise<void> {
  const { generation, logger, pruneEveryMs = PRUNE_EVERY_MS } = deps;
  const onFault = (err: unknown) => logger.warn({ generation, err }, 'old receipts not removed, trying again later');
  // A new generation is being built first: it folds what it would remove at once.
  await until(signal, () => prune(deps, signal), { firstMs: pruneEveryMs, everyMs: pruneEveryMs, onFault });
}

async function prune({ database, generation, limit }: ReceiptPrunerDeps, signal: AbortSignal): Promise<void> {
  const horizon = await receiptHorizon(database);
  for (let pruned = PRUNED_AT_ONCE; pruned === PRUNED_AT_ONCE && !signal.aborted;) {
    pruned = await limit(() => pruneReceipts(database, generation, horizon));
  }
}
