import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '@threadlog/service';
import type { Runs } from './runs';
import type { AgentStore } from './store';

/** So often it is looked whether somebody wants a run to stop, while any goes on. */
const LOOK_MS = 150;

export interface StopsDeps {
  store: Pick<AgentStore, 'stoppedRuns'>;
  runs: Pick<Runs, 'size' | 'stop'>;
  logger: Pick<Logger, 'warn'>;
}

/** Stops runs as they are noted to be stopped, by whichever process, until the signal aborts. */
export async function heedStops({ store, runs, logger }: StopsDeps, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    if (runs.size > 0) {
      const stopped = await store.stoppedRuns().catch((err: unknown) => {
        logger.warn({ err }, 'it cannot be told which runs of agents are to stop, trying again');
        return [];
      });
      stopped.forEach(runs.stop);
    }
    await delay(LOOK_MS, undefined, { signal }).catch(() => undefined);
  }
}
