import type {
  DeletionLogRow,
  ExportLogRow,
  KnownLength,
  LogLoss,
  MessageRow,
  ParticipantRow,
  ReceiptRow,
  TenantRow,
  ThreadRow,
  UserRow,
  UserThreadRow,
} from '@threadlog/read-models';
import type { StreamRef } from '@threadlog/events';

/** Time as a process sees it. Injected everywhere, so that a simulation can bend it. */
export interface Clock {
  /** Milliseconds on a clock that never goes back, but may stop while the machine sleeps. */
  monotonicMs(): number;
  /** Milliseconds since the epoch; may jump. */
  wallMs(): number;
  /** Microseconds since the epoch, for event timestamps. */
  wallMicros(): number;
  /** Resolves after `ms`, or at once when the signal aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

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

/** A projector's progress on one partition, offset and epoch taken together. */
export interface Checkpoint {
  nextOffset: number;
  maxEpoch: number;
}

/** With the word that changes whenever streams of the partition are parked or go on. */
export interface Progress extends Checkpoint {
  parkings: string;
}

/** What the active generation knows of a stream, and how far it had read: one snapshot. */
export interface StreamSnapshot {
  checkpoint: Checkpoint;
  version: number;
  /** Versions behind it that records which were discarded unread may have taken. */
  gap: number;
  lastTimestamp: string | null;
  parked: boolean;
  thread: ThreadRow | null;
  participants: ParticipantRow[];
  user: UserRow | null;
  /** The latest privacy requests of the subject, bounded. */
  exports: ExportLogRow[];
  deletions: DeletionLogRow[];
  tenant: TenantRow | null;
  /** Receipts since the window's start, newest first, bounded. */
  receipts: ReceiptRow[];
  /** False when the bound cut the receipts: a key that is not among them must be looked up. */
  receiptsComplete: boolean;
}

/** Rows of a stream that only some commands need: messages of a thread by id, a user's threads by thread id. */
export interface StreamParts {
  checkpoint: Checkpoint;
  messages: MessageRow[];
  userThreads: UserThreadRow[];
}

/** The write side's view of the read model; reads the primary, never a replica. */
export interface ReadModel {
  /** Checkpoints of the active generation, by partition; a partition without one stands at 0. */
  checkpoints(): Promise<Map<number, Progress>>;
  /** Record keys of a partition whose streams are parked. */
  parkedKeys(partition: number): Promise<ReadonlySet<string>>;
  /** Offsets of a partition's records that an operator has discarded. */
  discarded(partition: number): Promise<ReadonlySet<number>>;
  loadStream(stream: StreamRef, partition: number, receiptsSince: string): Promise<StreamSnapshot>;
  /** Parts of a stream by name. The checkpoint is read before the rows, so the rows are never behind it. */
  loadParts(stream: StreamRef, partition: number, names: readonly string[]): Promise<StreamParts>;
  findReceipt(
    stream: StreamRef,
    partition: number,
    keyHash: string,
  ): Promise<{ checkpoint: Checkpoint; row: ReceiptRow | null }>;
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
