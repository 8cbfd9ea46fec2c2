import { setTimeout as delay } from 'node:timers/promises';
import { problem } from '@threadlog/events';
import { readCheckpoints, type ReadModelSource } from '@threadlog/read-models';

const POLL_MS = 20;

/** Waits until the served generation has applied everything below these offsets, by partition; for rare look-ups. */
export function createProjected(
  { database, generation }: ReadModelSource,
  timeoutMs: number,
): (offsets: readonly number[]) => Promise<void> {
  return async (offsets) => {
    const deadline = performance.now() + timeoutMs;
    for (;;) {
      const checkpoints = await readCheckpoints(database, generation());
      if (offsets.every((offset, partition) => (checkpoints.get(partition)?.nextOffset ?? 0) >= offset)) return;
      if (performance.now() > deadline) throw problem('projection_lagging', 'The read model is too far behind.');
      await delay(POLL_MS);
    }
  };
}
