import type { OutgoingRecord } from '@threadlog/events';

/**
 * A record as read back, the same object for all who follow the log in this process. Offsets are plain numbers: they
 * stay below 2^53 for any log we can write.
 */
export interface LogRecord {
  readonly partition: number;
  /** Offsets grow but are not contiguous. */
  readonly offset: number;
  readonly key: string;
  readonly value: Buffer;
  /** Header values as UTF-8 text; a header sent twice keeps its last value. */
  readonly headers: Readonly<Record<string, string>>;
  /** The record's own time in the log, milliseconds since 1970; every driver gives it. */
  readonly timestamp?: number;
}

/** Where a reader of a partition stands: the next offset it wants and the highest epoch it has seen before it. */
export interface ReadPosition {
  offset: number;
  maxEpoch: number;
}

/** A run of records of one partition, fenced: those of a lower epoch than the highest seen are gone. */
export interface LogBatch {
  partition: number;
  /** Where it starts: nothing lies between here and the end of the batch before. */
  from: number;
  records: LogRecord[];
  /**
   * Records whose `epoch` header is missing, no positive integer, or further in the future of the record's own time than
   * `MAX_EPOCH_AHEAD_MS`. No owner wrote them, so they are never events: they are kept out of `records`, do not move
   * `maxEpoch`, and are here only to be put into quarantine.
   */
  malformed: LogRecord[];
  /** Where to start next; moves over fenced records, gaps and control records too. */
  next: ReadPosition;
  /** Records left out because their epoch was lower than `maxEpoch`. */
  fenced: number;
  /** The partition's end when this batch was fetched: `next.offset >= head` means caught up. */
  head: number;
}

/**
 * Appends as one idempotent producer. Never retried from outside: after any rejection the appender is dead,
 * `failed` resolves, every pending append rejects, and a new one must be opened (with new epochs).
 */
export interface Appender {
  /**
   * Appends the records to one partition, together or not at all, in call order per partition. Resolves after the
   * broker's ack with the offset of the first. Rejects with `AppendAbandonedError`: the outcome is unknown.
   * Synchronous up to the queue: two calls in one turn keep their order.
   * Records that can never fit into one batch reject with `RecordTooLargeError`, a partition that does not exist with
   * `RangeError`; nothing was appended then, and the appender lives on.
   */
  append(partition: number, records: readonly OutgoingRecord[]): Promise<{ baseOffset: number }>;
  /** Resolves with the cause once the appender is dead; never rejects. */
  readonly failed: Promise<Error>;
  /** Records queued or in flight. */
  readonly pending: number;
  /** Kills the appender: pending appends reject, late acks are ignored. */
  abandon(cause: Error): void;
  /** Waits for what is pending, then disconnects. */
  close(): Promise<void>;
}

export interface FollowOptions {
  /** For logs, metrics, and the group's name where the follower needs a consumer of its own. */
  name: string;
  /** The partitions to follow, each with its start. */
  start: ReadonlyMap<number, ReadPosition>;
  /**
   * Called with the batches of a partition in order, never two at a time for one partition; partitions do not wait for
   * each other. The next batch of the partition is handed over when the promise resolves (back-pressure: fetched but
   * unhandled records are bounded by `maxBufferedBytes` a partition), behind this one or, where it resolves with a
   * position, from there on. A rejection stops that partition, and the same batch is handed over again after a back-off
   * of 50 ms that doubles up to 5 s. The signal aborts `stopMs` after the subscription was told to stop.
   */
  onBatch(batch: LogBatch, signal: AbortSignal): Promise<ReadPosition | void>;
  /** Hears of rejections in place of the log. */
  onRetry?(fault: { partition: number; error: unknown; delayMs: number }): void;
  /**
   * Least time between two hand-overs; default 0. A busy log is then read in fewer, larger pieces, which is cheaper for
   * everybody; what comes after a quiet moment is not delayed. A function is asked each time.
   */
  minIntervalMs?: number | (() => number);
  /** Most bytes fetched and not yet handled, a partition; default 8 MiB. */
  maxBufferedBytes?: number;
  /** About the most bytes of a batch: the run that crosses it is still taken; default 1 MiB. */
  maxBatchBytes?: number;
  /** Most records of a batch that was joined of several runs; no limit where not given. */
  maxBatchRecords?: number;
  /** Milliseconds that a running handler is given to end by itself when the subscription stops; default 0. */
  stopMs?: number;
}

export interface Subscription {
  /** Moves a partition; batches fetched before are dropped. */
  seek(partition: number, position: ReadPosition): void;
  /** Behind the last batch of a partition that was handled, or where it was sent. */
  position(partition: number): ReadPosition;
  /** Why some partition makes no progress, or null. */
  trouble(): Error | null;
  /** Resolves when fetching has begun on all partitions. */
  readonly ready: Promise<void>;
  /** Resolves when no handler runs any more. Idempotent. */
  stop(): Promise<void>;
}

/** A partition ends at `head`, though a reader of it has been up to `offset`. */
export interface TailLoss {
  partition: number;
  offset: number;
  head: number;
}

/** The log of one topic: append, read, follow, head. The memory driver and the Kafka driver pass one contract suite. */
export interface EventLog {
  readonly topic: string;
  readonly partitions: number;
  /** Identity of the log: it changes when the topic is created again (Kafka's topic id, or cluster id and topic). */
  readonly logId: string;
  /**
   * Copies that each partition has at least. With one, `head` is what the only broker has; with several, a broker that
   * was cut off may give an older one, and only where an append ends up is certain.
   */
  readonly replicas: number;
  openAppender(): Promise<Appender>;
  /** The offset after the last record of the partition, as readers see it. */
  head(partition: number): Promise<number>;
  /** The first offset still in the log. */
  tail(partition: number): Promise<number>;
  /** Reads a partition from a position up to (not including) the offset `to`, fenced. Ends there or throws; never follows. */
  read(partition: number, from: ReadPosition, to: number): AsyncIterable<LogBatch>;
  /**
   * Delivers from where it starts on, for ever. A partition that ends before its start delivers nothing until it has grown
   * up to there; `onLoss` tells of it, and the others go on.
   */
  follow(options: FollowOptions): Promise<Subscription>;
  /** Tells of partitions found to end before where a reader stands: records are gone. The returned function ends it. */
  onLoss(listener: (loss: TailLoss) => void): () => void;
  /** Closes what reads share; appenders and subscriptions are closed by their owners. */
  close(): Promise<void>;
}

/** The outcome of an append is not known: it may be in the log or not, and nobody will tell. */
export class AppendAbandonedError extends Error {
  override readonly name = 'AppendAbandonedError';
}

/** One append is larger than a batch may be. Nothing was appended. */
export class RecordTooLargeError extends Error {
  override readonly name = 'RecordTooLargeError';
  constructor(
    readonly bytes: number,
    readonly limit: number,
  ) {
    super(`an append of ${bytes} bytes is over the limit of ${limit} bytes`);
  }
}

/** A position that the log does not have: beyond its end, or of another topic than this one. */
export class PositionOutOfRangeError extends RangeError {
  override readonly name = 'PositionOutOfRangeError';
}
