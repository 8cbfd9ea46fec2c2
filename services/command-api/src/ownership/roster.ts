import type { Lease, OwnershipObserver } from './ports';
import type { Tenure } from './tenure';
import type { Term } from './term';

/** A lease on its way to a tenure (null until it serves), or with one. */
export interface Holding {
  lease: Lease;
  term: Term;
  tenure: Tenure | null;
}

/** The partitions one appender's keeper holds. */
export interface Roster {
  get(partition: number): Holding | undefined;
  all(): Holding[];
  size(): number;
  add(holding: Holding): void;
  /** True while this very holding, not a later one of the same partition, is on the list. */
  has(holding: Holding): boolean;
  /** Strikes it off: its term ends and everything in flight is unknown. Idempotent. */
  forget(holding: Holding, cause: string): void;
}

export function createRoster(observer: OwnershipObserver): Roster {
  const held = new Map<number, Holding>();
  const has = (holding: Holding): boolean => held.get(holding.lease.partition) === holding;
  return {
    get: (partition) => held.get(partition),
    all: () => [...held.values()],
    size: () => held.size,
    add: (holding) => void held.set(holding.lease.partition, holding),
    has,
    forget(holding, cause) {
      if (!has(holding)) return;
      held.delete(holding.lease.partition);
      holding.term.end();
      holding.tenure?.drop(cause);
      observer.dropped(holding.lease, cause);
    },
  };
}
