import { setTimeout as delay } from 'node:timers/promises';
import { problem } from '@threadlog/events';

export interface CatchUpDeps {
  partitions: number;
  /** The offset after the last record of a partition. */
  head(partition: number): Promise<number>;
  /** The next offset that the served projection will fold, by partition; one without a checkpoint stands at 0. */
  checkpoints(): Promise<ReadonlyMap<number, { nextOffset: number }>>;
  /** Most milliseconds to wait. */
  waitMs: number;
}

const FIRST_PAUSE_MS = 2;
const LONGEST_PAUSE_MS = 25;

/**
 * Waits until the read model has folded what stands in the log at the moment of the call. Throws `projection_lagging`
 * when it has not within the wait: to say "not found" then could be wrong.
 */
export function createCatchUp({ partitions, head, checkpoints, waitMs }: CatchUpDeps): () => Promise<void> {
  return async () => {
    const deadline = performance.now() + waitMs;
    const heads = await Promise.all(Array.from({ length: partitions }, (_, partition) => head(partition)));
    for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 1.5, LONGEST_PAUSE_MS)) {
      const folded = await checkpoints();
      if (heads.every((offset, partition) => (folded.get(partition)?.nextOffset ?? 0) >= offset)) return;
      if (performance.now() > deadline) {
        throw problem('projection_lagging', 'the read model is behind the log; try again', { retryAfter: 1 });
      }
      await delay(pause);
    }
  };
}
