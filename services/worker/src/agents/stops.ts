import { until, type Logger } from '@threadlog/service';
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
export function heedStops({ store, runs, logger }: StopsDeps, signal: AbortSignal): Promise<void> {
  return until(signal, async () => (runs.size > 0 ? (await store.stoppedRuns()).forEach(runs.stop) : undefined), {
    everyMs: LOOK_MS,
    onFault: (err) => logger.warn({ err }, 'it cannot be told which runs of agents are to stop, trying again'),
  });
}
