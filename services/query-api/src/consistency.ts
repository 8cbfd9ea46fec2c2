import { setTimeout as delay } from 'node:timers/promises';
import { problem } from '@threadlog/events';

/** A place in the log. */
export interface Position {
  partition: number;
  offset: number;
}

export interface ConsistencyDeps {
  /** The next offset that the served projection will fold, by partition; one without a checkpoint stands at 0. */
  readCheckpoints(partitions: readonly number[]): Promise<ReadonlyMap<number, number>>;
  /** Most milliseconds a read waits. */
  readWaitMs: number;
}

export interface Consistency {
  /**
   * Resolves once the projection has folded the event at this place. Throws `projection_lagging` when it has not within
   * the wait, and whatever `readCheckpoints` throws.
   */
  waitFor(position: Position): Promise<void>;
}

interface Waiter extends Position {
  settle(outcome: { reached: true } | { error: unknown }): void;
}

/** Polls start close together, because a projection is mostly a millisecond or two behind, and soon become rare. */
const FIRST_PAUSE_MS = 2;
const LONGEST_PAUSE_MS = 25;

/**
 * Each read asks once for itself, so that the usual case, a projection that is already there, waits for nobody. Those
 * that must wait share one poll: however many they are, the database answers one small query at a time.
 */
export function createConsistency({ readCheckpoints, readWaitMs }: ConsistencyDeps): Consistency {
  const waiters = new Set<Waiter>();
  let pause = FIRST_PAUSE_MS;
  let polling = false;

  async function reached({ partition, offset }: Position): Promise<boolean> {
    return ((await readCheckpoints([partition])).get(partition) ?? 0) > offset;
  }

  async function poll(): Promise<void> {
    if (polling) return;
    polling = true;
    while (waiters.size > 0) {
      await delay(pause);
      pause = Math.min(pause * 1.5, LONGEST_PAUSE_MS);
      await round([...waiters]);
    }
    polling = false;
  }

  async function round(asked: Waiter[]): Promise<void> {
    if (asked.length === 0) return;
    try {
      const checkpoints = await readCheckpoints([...new Set(asked.map(({ partition }) => partition))]);
      for (const waiter of asked) {
        if ((checkpoints.get(waiter.partition) ?? 0) > waiter.offset) waiter.settle({ reached: true });
      }
    } catch (error) {
      for (const waiter of asked) waiter.settle({ error });
    }
  }

  function join(position: Position, waitMs: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const waiter: Waiter = {
        ...position,
        settle(outcome) {
          clearTimeout(timer);
          waiters.delete(waiter);
          if ('reached' in outcome) resolve();
          else reject(outcome.error as Error);
        },
      };
      const timer = setTimeout(() => waiter.settle({ error: lagging() }), waitMs);
      waiters.add(waiter);
      pause = FIRST_PAUSE_MS;
      void poll();
    });
  }

  return {
    async waitFor(position) {
      const since = performance.now();
      if (await reached(position)) return;
      await join(position, Math.max(0, readWaitMs - (performance.now() - since)));
    },
  };
}

function lagging() {
  const detail = 'the read model has not reached the write that this consistency token names; try again';
  return problem('projection_lagging', detail, { retryAfter: 1 });
}
