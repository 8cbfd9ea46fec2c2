import { setTimeout as delay } from 'node:timers/promises';

/** The next offset that is to be folded, by partition; a partition that is left out stands at 0. */
export type Offsets = ReadonlyMap<number, number>;

/** Where a projection was found to stand. Looks may carry more, such as which generation was looked at. */
export interface Look {
  offsets: Offsets;
}

export interface ProjectionWaitDeps<Seen extends Look> {
  /**
   * Reads where the projection stands now, of these partitions at least. Which generation that is has to be asked with
   * each look: whoever waits through a flip waits for the generation that is served afterwards.
   */
  look(partitions: readonly number[]): Promise<Seen>;
  /** Milliseconds between two looks: at first, and at most. */
  pace?: { firstMs: number; longestMs: number };
}

export interface WaitOptions {
  /** Milliseconds after which the wait is given up; for ever without it. */
  timeoutMs?: number;
  signal?: AbortSignal;
}

export interface ProjectionWait<Seen extends Look> {
  /**
   * Resolves with the look that found everything below these offsets folded; with null once the time is over. Rejects
   * with the signal's reason, and with whatever `look` rejects with: whether to try again is the caller's to know.
   */
  until(wanted: Offsets, options?: WaitOptions): Promise<Seen | null>;
}

/** Looks begin close together, because a projection is mostly a millisecond or two behind, and soon become rare. */
const USUAL_PACE = { firstMs: 2, longestMs: 25 };
const SLOWING = 1.5;

interface Waiter<Seen> {
  wanted: Offsets;
  end(outcome: { seen: Seen | null } | { error: unknown }): void;
}

/**
 * The one way to wait until a projection has folded what stands at given positions. Each wait looks once for itself, so
 * that the usual case, a projection that is already there, waits for nobody. Those that must wait share one poll: however
 * many they are, the database answers one small query at a time.
 */
export function createProjectionWait<Seen extends Look>(deps: ProjectionWaitDeps<Seen>): ProjectionWait<Seen> {
  const poll = createPoll(deps);
  return {
    async until(wanted, { timeoutMs = Infinity, signal } = {}) {
      const since = performance.now();
      signal?.throwIfAborted();
      const seen = await deps.look([...wanted.keys()]);
      if (hasReached(seen.offsets, wanted)) return seen;
      return poll.join(wanted, { timeoutMs: timeoutMs - (performance.now() - since), signal });
    },
  };
}

/** Whether a projection that stands at `offsets` has folded everything below `wanted`. */
export function hasReached(offsets: Offsets, wanted: Offsets): boolean {
  for (const [partition, offset] of wanted) if ((offsets.get(partition) ?? 0) < offset) return false;
  return true;
}

function createPoll<Seen extends Look>({ look, pace = USUAL_PACE }: ProjectionWaitDeps<Seen>) {
  const waiters = new Set<Waiter<Seen>>();
  let pauseMs = pace.firstMs;
  let polling = false;

  async function poll(): Promise<void> {
    if (polling) return;
    polling = true;
    while (waiters.size > 0) {
      await delay(pauseMs);
      pauseMs = Math.min(pauseMs * SLOWING, pace.longestMs);
      await round([...waiters]);
    }
    polling = false;
  }

  async function round(asked: Waiter<Seen>[]): Promise<void> {
    if (asked.length === 0) return;
    try {
      const seen = await look([...new Set(asked.flatMap(({ wanted }) => [...wanted.keys()]))]);
      for (const waiter of asked) if (hasReached(seen.offsets, waiter.wanted)) waiter.end({ seen });
    } catch (error) {
      for (const waiter of asked) waiter.end({ error });
    }
  }

  function join(wanted: Offsets, { timeoutMs, signal }: WaitOptions & { timeoutMs: number }): Promise<Seen | null> {
    const joined = new Promise<Seen | null>((resolve, reject) => {
      const aborted = (): void => waiter.end({ error: signal?.reason });
      const waiter: Waiter<Seen> = {
        wanted,
        end(outcome) {
          clearTimeout(timer);
          signal?.removeEventListener('abort', aborted);
          waiters.delete(waiter);
          if ('seen' in outcome) resolve(outcome.seen);
          else reject(outcome.error as Error);
        },
      };
      const timer = Number.isFinite(timeoutMs)
        ? setTimeout(() => waiter.end({ seen: null }), Math.max(0, timeoutMs))
        : undefined;
      signal?.addEventListener('abort', aborted);
      waiters.add(waiter);
      if (signal?.aborted) aborted();
    });
    pauseMs = pace.firstMs;
    void poll();
    return joined;
  }

  return { join };
}
