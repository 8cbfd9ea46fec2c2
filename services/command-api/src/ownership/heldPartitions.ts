import type { Lease, OwnershipObserver } from './ports';
import type { OwnedPartition } from './ownedPartition';
import type { LeaseDeadline } from './leaseDeadline';

/** A partition that a lease was won for; `owned` is null until it serves. */
export interface Assignment {
  lease: Lease;
  deadline: LeaseDeadline;
  owned: OwnedPartition | null;
}

/** The partitions that this process has been assigned. */
export interface HeldPartitions {
  /** The partition while it is served, or still has appends in flight. */
  ownedPartition(partition: number): OwnedPartition | undefined;
  all(): Assignment[];
  size(): number;
  add(assignment: Assignment): void;
  /** True while this very assignment, not a later one of the same partition, is on the list. */
  has(assignment: Assignment): boolean;
  /** Strikes it off: its deadline ends and everything in flight is unknown. Idempotent. */
  forget(assignment: Assignment, cause: string): void;
}

export function createHeldPartitions(observer: OwnershipObserver): HeldPartitions {
  const held = new Map<number, Assignment>();
  const has = (assignment: Assignment): boolean => held.get(assignment.lease.partition) === assignment;
  return {
    ownedPartition: (partition) => held.get(partition)?.owned ?? undefined,
    all: () => [...held.values()],
    size: () => held.size,
    add: (assignment) => void held.set(assignment.lease.partition, assignment),
    has,
    forget(assignment, cause) {
      if (!has(assignment)) return;
      held.delete(assignment.lease.partition);
      assignment.deadline.end();
      assignment.owned?.drop(cause);
      observer.dropped(assignment.lease, cause);
    },
  };
}
