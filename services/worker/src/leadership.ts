import type { Database } from '@threadlog/read-models';
import { until, type Logger, type Service } from '@threadlog/service';

export interface LeadershipOptions {
  /** Past any pooler: the lock lives as long as the connection. */
  sessions: Database;
  logger: Logger;
  /** Milliseconds between two attempts to lead, and between two looks whether the lock is still held. */
  everyMs?: number;
}

/** First half of the advisory locks of workers: any fixed number nobody else uses. */
const LOCK_SPACE = 7_402_114;

/**
 * Runs a service on one instance at a time: on the one whose session holds an advisory lock of the database. A killed
 * instance loses it with its connection, and the next one goes on. An instance that is cut off from the database may
 * work on for a moment beside the next one: whatever runs under leadership must be safe to repeat.
 */
export function underLeadership(service: Service, { sessions, logger, everyMs = 1_000 }: LeadershipOptions): Service {
  async function lead(signal: AbortSignal): Promise<void> {
    const client = await sessions.connect();
    // A connection that breaks is noticed by the next statement on it; without a listener it would end the process.
    client.on('error', () => undefined);
    let failure: Error | undefined;
    try {
      const { rows } = await client.query<{ held: boolean }>('select pg_try_advisory_lock($1, hashtext($2)) as held', [
        LOCK_SPACE,
        service.name,
      ]);
      if (!rows[0]?.held) return;
      logger.debug({ part: service.name }, 'leading');
      await runWhile(service, signal, () => client.query('select 1'), everyMs);
    } catch (error) {
      failure = error as Error;
    } finally {
      // Closing the connection gives the lock back, whatever state the session is in.
      client.release(true);
    }
    if (failure) throw failure;
  }

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
