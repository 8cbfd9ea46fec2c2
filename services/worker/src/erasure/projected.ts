import type { EventLog } from '@threadlog/log';
import {
  createProjectionWait,
  logEnds,
  lookAtAll,
  lookAtIndex,
  lookAtServed,
  type Database,
  type Look,
  type ProjectionWaitDeps,
} from '@threadlog/read-models';
import { JOB_PACE, JobWaits } from '../jobs/job';

export interface ProjectedOptions {
  database: Database;
  log: Pick<EventLog, 'partitions' | 'head'>;
  /** Milliseconds to wait here before the job is put off. */
  timeoutMs?: number | undefined;
}

/** Waits for the read side: whatever is in the log now counts. Rejects with `JobWaits` when it does not come to it. */
export interface Projected {
  /** The generation that is served has everything; which one that is. */
  active(signal: AbortSignal): Promise<number>;
  /** All live generations have everything; which ones. */
  everywhere(signal: AbortSignal): Promise<number[]>;
  /** So have the search indexes of these generations, as far as anybody keeps them. */
  indexed(generations: readonly number[], signal: AbortSignal): Promise<void>;
}

const TIMEOUT_MS = 60_000;
const RETRY_MS = 5_000;

export function createProjected({ database, log, timeoutMs = TIMEOUT_MS }: ProjectedOptions): Projected {
  async function all<Seen extends Look>(look: ProjectionWaitDeps<Seen>['look'], signal: AbortSignal): Promise<Seen> {
    const wait = createProjectionWait({ look, pace: JOB_PACE });
    const seen = await wait.until(await logEnds(log), { timeoutMs, signal });
    if (!seen) throw new JobWaits('projection', RETRY_MS);
    return seen;
  }

  return {
    active: async (signal) => (await all(() => lookAtServed(database), signal)).generation,
    everywhere: async (signal) => (await all(() => lookAtAll(database), signal)).generations,
    async indexed(generations, signal) {
      for (const generation of generations) {
        await all((partitions) => lookAtIndex(database, generation, partitions), signal);
      }
    },
  };
}
