import type { EventLog } from '@threadlog/log';
import { createProjectionWait, foldedBy, logEnds, type Database } from '@threadlog/read-models';
import { JOB_PACE } from '../jobs/job';

export interface ProjectedDeps {
  database: Database;
  log: Pick<EventLog, 'partitions' | 'head'>;
}

/** How long to wait for the projection; milliseconds. */
const PATIENCE_MS = 30_000;

/**
 * Waits until a generation has all that is in the log now; false where it takes too long, and where it is over. A read
 * model that is being built again is served while it is empty: nobody could tell from it what is held, or that nothing is
 * left.
 */
export async function isProjected(
  { database, log }: ProjectedDeps,
  generation: number,
  signal: AbortSignal,
): Promise<boolean> {
  const look = async () => ({ offsets: await foldedBy(database, generation) });
  const wait = createProjectionWait({ look, pace: JOB_PACE });
  try {
    return (await wait.until(await logEnds(log), { timeoutMs: PATIENCE_MS, signal })) !== null;
  } catch (error) {
    if (signal.aborted) return false;
    throw error;
  }
}
