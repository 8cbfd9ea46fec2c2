import { setTimeout as delay } from 'node:timers/promises';
import { problem, type TenantId } from '@threadlog/events';
import type { DispatchedLog } from '../log/dispatchedLog';
import type { Interval } from './reader';

export interface Settle {
  /**
   * Reads rows of a thread until they and the ring meet: the ring reaches back to where the rows begin to be unsure, and
   * dispatching has passed where they may end. Then calls `use` in that same turn; rows and ring together are the
   * thread exactly as dispatched, and it stays so until `use` returns.
   * `passed` tells of further things in the rows that must have been dispatched. Rejects with `projection_lagging`.
   */
  thread<S extends Interval, R>(
    place: { tenantId: TenantId; threadId: string },
    read: () => Promise<S>,
    use: (snapshot: S) => R,
    passed?: (snapshot: S) => boolean,
  ): Promise<R>;
  /** The same for rows of all partitions, read in one snapshot at these checkpoints. */
  everything<S extends { checkpoints: ReadonlyMap<number, number> }, R>(
    read: () => Promise<S>,
    use: (snapshot: S) => R,
  ): Promise<R>;
}

export interface SettleTimes {
  timeoutMs: number;
  /** Milliseconds until a projection that is behind the ring is asked again; 25 by default. */
  retryMs?: number;
}

export function createSettle(
  dispatched: Pick<DispatchedLog, 'rings' | 'ringOf' | 'until'>,
  { timeoutMs, retryMs = 25 }: SettleTimes,
): Settle {
  async function settle<S, R>(
    read: () => Promise<S>,
    meets: (snapshot: S) => { covered: boolean; passed: boolean },
    use: (snapshot: S) => R,
  ): Promise<R> {
    const deadline = performance.now() + timeoutMs;
    for (;;) {
      const snapshot = await read();
      // What the ring has let go of it never has again: rows that it does not reach back to are read again, not waited for.
      const decided = () => !meets(snapshot).covered || meets(snapshot).passed;
      await dispatched.until(decided, Math.max(1, deadline - performance.now()));
      if (meets(snapshot).covered) return use(snapshot);
      if (performance.now() >= deadline) throw problem('projection_lagging', 'The read model is too far behind.');
      await delay(retryMs);
    }
  }

  return {
    thread({ tenantId, threadId }, read, use, passed = () => true) {
      const ring = dispatched.ringOf(tenantId, threadId);
      const meets = (snapshot: Parameters<typeof passed>[0]) => ({
        covered: ring.start <= snapshot.from,
        passed: ring.end >= snapshot.to && passed(snapshot),
      });
      return settle(read, meets, use);
    },
    everything: (read, use) =>
      settle(
        read,
        ({ checkpoints }) => {
          const at = (partition: number) => checkpoints.get(partition) ?? 0;
          return {
            covered: dispatched.rings.every((ring, partition) => ring.start <= at(partition)),
            passed: dispatched.rings.every((ring, partition) => ring.end >= at(partition)),
          };
        },
        use,
      ),
  };
}
