import { createShares } from '@threadlog/runtime';
import { until, type Logger, type Service } from '@threadlog/service';
import type { PoolClient } from 'pg';
import { inLockSession } from './lockSession';
import type { Database } from '@threadlog/read-models';

/** A part of the worker that several instances do at a time, each on partitions of its own. */
export interface SharedPart {
  name: string;
  /** First half of its advisory locks, one for each partition. */
  lockSpace: number;
  /** Runs on these partitions until the signal aborts. */
  run(signal: AbortSignal, share: ReadonlySet<number>): Promise<void>;
}

export interface SharingOptions {
  database: Database;
  /** Past any pooler: the locks live as long as the connection. */
  sessions: Database;
  log: { partitions: number };
  opsUrl?: string | undefined;
  logger: Logger;
  /** Milliseconds between two looks who is there. */
  everyMs?: number;
}

/**
 * Runs a part on every instance, each on its share of the partitions. A partition is somebody's from when its advisory
 * lock is taken: between two owners nobody has it for a moment, and two have it only where one is cut off from the
 * database, so what runs must be safe to repeat.
 */
export function underShares(part: SharedPart, options: SharingOptions): Service {
  const { database, sessions, log, opsUrl: url, logger, everyMs = 1_000 } = options;
  const { partitions } = log;
  const shares = createShares({ database, part: part.name, partitions, url, everyMs });

  const share = (signal: AbortSignal): Promise<void> =>
    inLockSession(sessions, async (client) => {
      const locks = createLocks(client, part.lockSpace);
      const running = createRunning(part);
      try {
        const turn = async (): Promise<void> => {
          running.check();
          const wanted = await shares.round();
          if ([...locks.held].some((partition) => !wanted.has(partition))) {
            await running.stop();
            await locks.giveBack(wanted);
          }
          if (!(await locks.take(wanted)) && running.isOn()) return;
          await running.stop();
          if (locks.held.size === 0) return;
          running.start(new Set(locks.held));
          logger.debug({ part: part.name, partitions: [...locks.held] }, 'sharing');
        };
        await until(signal, turn, { everyMs });
      } finally {
        await running.stop();
      }
    });

  return {
    name: part.name,
    async run(signal) {
      const onFault = (err: unknown) => logger.warn({ err, part: part.name }, 'a worker’s part failed, trying again');
      await until(signal, () => share(signal), { everyMs, onFault });
      await shares.leave();
    },
  };
}

function createLocks(client: PoolClient, space: number) {
  const held = new Set<number>();
  const each = async (call: string, partitions: readonly number[]): Promise<number[]> => {
    const { rows } = await client.query<{ partition: number; done: boolean }>(
      `select p as partition, ${call}($1, p) as done from unnest($2::integer[]) as p`,
      [space, partitions],
    );
    return rows.filter(({ done }) => done).map(({ partition }) => partition);
  };
  return {
    held: held as ReadonlySet<number>,
    /** Tells whether there are more than before. */
    async take(wanted: ReadonlySet<number>): Promise<boolean> {
      const taken = await each(
        'pg_try_advisory_lock',
        [...wanted].filter((partition) => !held.has(partition)),
      );
      for (const partition of taken) held.add(partition);
      return taken.length > 0;
    },
    async giveBack(wanted: ReadonlySet<number>): Promise<void> {
      const given = [...held].filter((partition) => !wanted.has(partition));
      await each('pg_advisory_unlock', given);
      for (const partition of given) held.delete(partition);
    },
  };
}

/** The part as it runs now, if it does. */
function createRunning(part: SharedPart) {
  let now: { stopping: AbortController; over: Promise<void> } | null = null;
  let failure: { cause: unknown } | null = null;
  return {
    isOn: () => now !== null,
    start(share: ReadonlySet<number>): void {
      const stopping = new AbortController();
      const over = part.run(stopping.signal, share).catch((cause: unknown) => void (failure = { cause }));
      now = { stopping, over };
    },
    /** Throws what the part failed with. */
    check(): void {
      if (failure) throw failure.cause;
    },
    async stop(): Promise<void> {
      now?.stopping.abort();
      await now?.over;
      now = null;
    },
  };
}
