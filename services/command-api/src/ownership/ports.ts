import type { KnownLength, LogLoss } from '@threadlog/read-models';

/** A command-api process; its id is new for every start. */
export interface Instance {
  ownerId: string;
  /** Where other instances forward commands to. */
  url: string;
}

/** The right to write one partition, for as long as it is renewed. */
export interface Lease {
  partition: number;
  epoch: number;
}

/** A lease, and how far its owner has had records acked (the offset after the last one). */
export interface HeldLease extends Lease {
  known: number;
}

/**
 * Leases in the database. Every change of hands, also back to the previous owner, raises the epoch to
 * `greatest(epoch + 1, database time in ms)`; renewals keep it.
 */
export interface LeaseStore {
  /** Makes sure that a row exists for every partition. */
  prepare(partitions: number): Promise<void>;
  /** Announces this instance for `ttlMs` and tells all that live, itself included. */
  heartbeat(instance: Instance, ttlMs: number): Promise<Instance[]>;
  /**
   * Takes up to `count` partitions that are free, expired, or this owner's own, except those named, and those of which
   * the log lost something.
   */
  acquire(instance: Instance, count: number, except: readonly number[], ttlMs: number): Promise<Lease[]>;
  /** Extends the leases that this owner still holds at these epochs, keeps what is known, and returns them. */
  renew(ownerId: string, leases: readonly HeldLease[], ttlMs: number): Promise<Lease[]>;
  /** Raises a held lease to a new epoch, higher than `above`; null when it is not held any more. */
  raise(ownerId: string, lease: Lease, above: number, ttlMs: number): Promise<Lease | null>;
  /** Gives leases up at once; those not held at these epochs are left alone. */
  release(ownerId: string, leases: readonly HeldLease[]): Promise<void>;
  /** Takes this instance off the list. */
  leave(ownerId: string): Promise<void>;
  /** Who holds a partition now; null when nobody does. */
  ownerOf(partition: number): Promise<(Instance & { epoch: number }) | null>;
}

/** How long the log is known to have been, by everybody who keeps positions of it. */
export interface LogLengths {
  /** The least length of each partition that was ever begun. */
  known(): Promise<Map<number, KnownLength>>;
  /** Takes a partition that is shorter than that from everybody, for good. */
  note(loss: LogLoss): Promise<void>;
}

/** Reports what operators should know; every call is cheap and never throws. */
export interface OwnershipObserver {
  acquired(lease: Lease, overlayEvents: number): void;
  dropped(lease: Lease, cause: string): void;
  /** The log has lost records that were acknowledged; its partition has no owner from now on. */
  lost(loss: LogLoss): void;
  /** The log holds a higher epoch than the database ever gave: somebody else writes to it, or the database is older. */
  outdone(lease: Lease, epoch: number): void;
  fault(what: string, error: unknown): void;
}
