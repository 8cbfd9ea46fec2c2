import { randomBytes } from 'node:crypto';
import type { OutgoingRecord } from '@threadlog/events';
import { eventually } from '@threadlog/testing';
import type { EventLog, FollowOptions, LogBatch, LogRecord, ReadPosition, Subscription } from '../port';

/** What the contract needs of a driver: a new, empty log with three partitions. */
export interface LogHarness {
  open(): Promise<EventLog>;
  /** Appends past the port, as anybody may who can write to the topic; the time is the record's own. */
  appendForeign(log: EventLog, one: OutgoingRecord, timestamp: number): Promise<void>;
}

export const START: ReadPosition = { offset: 0, maxEpoch: 0 };
export const PARTITIONS = 3;

/** A record whose value names it; what pads it does not become smaller by compression. */
export function record(name: string, epoch: number | null = 1, padding = 0): OutgoingRecord {
  const value = Buffer.from(
    padding === 0 ? name : `${name}.${randomBytes(padding).toString('base64url')}`.slice(0, padding),
  );
  return { key: `acme/thread/${name}`, value, headers: epoch === null ? {} : { epoch: String(epoch) } };
}

export const nameOf = ({ value }: LogRecord): string => value.toString().replace(/\..*$/, '');
export const namesOf = (batches: readonly LogBatch[]): string[] =>
  batches.flatMap(({ records }) => records.map(nameOf));

/** Appends the named records to a partition, one append each, and closes the appender. */
export async function appendAll(log: EventLog, partition: number, records: OutgoingRecord[]): Promise<number[]> {
  const appender = await log.openAppender();
  const acks = await Promise.all(records.map((one) => appender.append(partition, [one])));
  await appender.close();
  return acks.map(({ baseOffset }) => baseOffset);
}

export async function readAll(log: EventLog, partition: number, from = START, to?: number): Promise<LogBatch[]> {
  const batches: LogBatch[] = [];
  for await (const batch of log.read(partition, from, to ?? (await log.head(partition)))) batches.push(batch);
  return batches;
}

/** A handler that remembers what it was given. `hold` makes it wait, partition by partition. */
export interface Recorder {
  readonly batches: LogBatch[];
  onBatch(batch: LogBatch): Promise<void>;
  names(partition?: number): string[];
  /** Waits until the partition has been given this many records. */
  received(partition: number, count: number): Promise<void>;
  hold(partition: number): void;
  release(partition: number): void;
}

export function createRecorder(): Recorder {
  const batches: LogBatch[] = [];
  const held = new Map<number, { gate: Promise<void>; open: () => void }>();
  const of = (partition?: number) =>
    batches.filter((batch) => partition === undefined || batch.partition === partition);
  const names = (partition?: number) => namesOf(of(partition));
  return {
    batches,
    async onBatch(batch) {
      batches.push(batch);
      await held.get(batch.partition)?.gate;
    },
    names,
    received: (partition, count) =>
      eventually(() => {
        if (names(partition).length < count) throw new Error(`${names(partition).length} of ${count} records`);
      }),
    hold(partition) {
      let open: () => void = () => undefined;
      const gate = new Promise<void>((resolve) => (open = resolve));
      held.set(partition, { gate, open });
    },
    release(partition) {
      held.get(partition)?.open();
      held.delete(partition);
    },
  };
}

/** Follows all partitions from their beginning. */
export async function followAll(
  log: EventLog,
  onBatch: FollowOptions['onBatch'],
  maxBufferedBytes?: number,
): Promise<Subscription> {
  const start = new Map(Array.from({ length: log.partitions }, (_, partition) => [partition, START]));
  const subscription = await log.follow({ name: 'contract', start, onBatch, maxBufferedBytes });
  await subscription.ready;
  return subscription;
}
