import { setTimeout as delay } from 'node:timers/promises';
import type { EventLog } from '@threadlog/log';
import { readCheckpoints, type Database } from '@threadlog/read-models';

export interface ProjectedDeps {
  database: Database;
  log: Pick<EventLog, 'partitions' | 'head'>;
}

/** How long to wait for the projection, and between two looks; milliseconds. */
const PATIENCE_MS = 30_000;
const LOOK_MS = 100;

/**
 * Waits until a generation has all that is in the log now; false where it takes too long. A read model that is being
 * built again is served while it is empty: nobody could tell from it what is held, or that nothing is left.
 */
export async function isProjected(
  { database, log }: ProjectedDeps,
  generation: number,
  signal: AbortSignal,
): Promise<boolean> {
  const heads = await Promise.all(Array.from({ length: log.partitions }, (_, partition) => log.head(partition)));
  const deadline = performance.now() + PATIENCE_MS;
  while (!signal.aborted && performance.now() < deadline) {
    const checkpoints = await readCheckpoints(database, generation);
    if (heads.every((head, partition) => (checkpoints.get(partition)?.nextOffset ?? 0) >= head)) return true;
    await delay(LOOK_MS, undefined, { signal }).catch(() => undefined);
  }
  return false;
}
