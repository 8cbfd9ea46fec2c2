import type { Database } from '@threadlog/read-models';
import { until, type Logger, type Service } from '@threadlog/service';
import { inLockSession, LOCK_SPACES } from './lockSession';

export interface LeadershipOptions {
  /** Past any pooler: the lock lives as long as the connection. */
  sessions: Database;
  logger: Logger;
  /** Milliseconds between two attempts to lead, and between two looks whether the lock is still held. */
  everyMs?: number;
}

/**
 * Runs a service on one instance at a time: on the one whose session holds an advisory lock of the database. A killed
 * instance loses it with its connection, and the next one goes on. An instance that is cut off from the database may
 * work on for a moment beside the next one: whatever runs under leadership must be safe to repeat.
 */
export function underLeadership(service: Service, { sessions, logger, everyMs = 1_000 }: LeadershipOptions): Service {
  const lead = (signal: AbortSignal): Promise<void> =>
    inLockSession(sessions, async (client) => {
      const { rows } = await client.query<{ held: boolean }>('select pg_try_advisory_lock($1, hashtext($2)) as held', [
        LOCK_SPACES.parts,
        service.name,
      ]);
      if (!rows[0]?.held) return;
      logger.debug({ part: service.name }, 'leading');
      await runWhile(service, signal, () => client.query('select 1'), everyMs);
    });

  return {
    name: service.name,
    async run(signal) {
      const onFault = (err: unknown) =>
        logger.warn({ err, part: service.name }, 'a worker’s part failed, trying again');
      await until(signal, () => lead(signal), { everyMs, onFault });
    },
  };
}

/** Runs the service until it ends, the signal aborts, or the lock's connection is lost. */
async function runWhile(
  service: Service,
  signal: AbortSignal,
  stillThere: () => Promise<unknown>,
  everyMs: number,
): Promise<void> {
  const lost = new AbortController();
  const ended = new AbortController();
  const look = async () => void (await stillThere());
  const watch = until(ended.signal, look, { everyMs, onFault: (error) => lost.abort(error) });
  try {
    await service.run(AbortSignal.any([signal, lost.signal]));
  } finally {
    ended.abort();
    await watch;
  }
  if (lost.signal.aborted && !signal.aborted) throw lost.signal.reason;
}
