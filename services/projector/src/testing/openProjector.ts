import type { EventLog } from '@threadlog/log';
import { type Database, type MessageStore } from '@threadlog/read-models';
import { createLogger, createMetrics, type Role } from '@threadlog/service';
import { createProjector, type ProjectorDeps } from '../role';

export interface RunningProjector {
  role: Role;
  stop(): Promise<void>;
}

/** A projector that looks for generations often and logs nothing, running. */
export function runProjector(
  deps: { database: Database; log: EventLog; messageStore(generation: number): MessageStore } & Partial<ProjectorDeps>,
): RunningProjector {
  const stopping = new AbortController();
  const role = createProjector({
    pollMs: 20,
    logger: createLogger({ service: 'projector', level: 'silent' }),
    metrics: createMetrics({ defaults: false }),
    ...deps,
  });
  const running = role.run(stopping.signal);
  return {
    role,
    async stop() {
      stopping.abort();
      await running;
    },
  };
}
