import type { DecidedStream, MessageRow, ReceiptRow, StreamState, UserThreadRow } from '@threadlog/read-models';

/** A projector's progress on one partition, offset and epoch taken together. */
export interface Checkpoint {
  nextOffset: number;
  maxEpoch: number;
}

/** With a value that changes whenever streams of the partition are parked or go on. */
export interface Progress extends Checkpoint {
  parkings: string;
}

/** What the active generation knows of a stream, and how far it had read: one snapshot. */
export interface StreamSnapshot {
  checkpoint: Checkpoint;
  /** Without the parts that only some commands need; its maps are the reader's own. */
  state: StreamState;
  /** Versions behind it that records which were discarded unread may have taken. */
  gap: number;
  lastTimestamp: string | null;
  parked: boolean;
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
  loadStream(stream: DecidedStream, partition: number, receiptsSince: string): Promise<StreamSnapshot>;
  /** Parts of a stream by name. The checkpoint is read before the rows, so the rows are never behind it. */
  loadParts(stream: DecidedStream, partition: number, names: readonly string[]): Promise<StreamParts>;
  findReceipt(
    stream: DecidedStream,
    partition: number,
    keyHash: string,
  ): Promise<{ checkpoint: Checkpoint; row: ReceiptRow | null }>;
}
