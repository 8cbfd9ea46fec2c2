import type { OutgoingRecord } from '@threadlog/events';
import { createAppender } from '../appender';
import type { Share } from '../appendQueue';
import { fence, passAll, timeOf } from '../fence';
import { silent, type LogLine, type LogObserver } from '../observer';
import { PositionOutOfRangeError, type Appender, type EventLog, type LogRecord, type TailLoss } from '../port';
import { nextTurn, systemScheduler, type Scheduler } from '../scheduler';
import { handOnRule, type AckedRecords, type HandOnRule } from '../handOn';
import { createListeners } from '../listeners';
import { createSingleSender } from '../singleSender';
import { followMemory } from './follow';
import { createMemoryStore, type MemoryStore } from './store';

/**
 * One partition's share of a produce request, in the hands of a fault injector. Until it is acked or failed the
 * appender sends nothing else, as the real one retries for ever. All of it may be called at any time, also after the
 * appender was abandoned: the records can still land then, and nobody hears of the ack.
 */
export interface MemorySend extends Share {
  /** Number of the appender, from 1, in the order of opening. */
  appender: number;
  /** The broker takes the records. Repeated, it changes nothing: the broker tells a repeated request apart. Returns the base offset. */
  land(): number;
  /** The broker's response reaches the appender; it lands first if it has not. A repeated one is ignored. */
  ack(): void;
  /** The send is rejected, whether it landed or not: the appender dies. */
  fail(cause: Error): void;
}

export interface MemoryLogOptions {
  topic: string;
  partitions: number;
  /** Default `memory/<topic>`. */
  logId?: string;
  /** Whether records carry epochs and are fenced by them; default true. False for signals and the like. */
  fenced?: boolean;
  /** All asynchrony goes through it; a simulation passes its own. */
  scheduler?: Scheduler;
  /** Clock of the records' times, milliseconds since 1970. */
  now?: () => number;
  /** Most records of one batch handed to readers; default 500. */
  batchRecords?: number;
  /** Takes charge of every send in place of the default: landed in the next turn, acked in the one after. */
  interceptAppend?: (send: MemorySend) => void;
  /** Milliseconds from an append until followers fetch it, unless its ack hands it on before; default: the next turn. */
  fetchAfterMs?: () => number;
  /** What followers make of acknowledged records; a test may leave a part of it out. */
  handOnRule?: HandOnRule;
  /** Takes charge of what appenders are acked in place of the default: handed on in the next turn. */
  interceptAcked?: (acked: AckedRecords) => void;
  observer?: LogObserver;
  log?: LogLine;
}

const DEFAULT_BATCH_RECORDS = 500;

/** What only a test does to a log. */
export interface MemoryLog extends EventLog {
  /** Appends past every appender, with any time: what somebody else could do who may write to the topic. */
  appendForeign(partition: number, record: OutgoingRecord, timestamp: number): number;
  /** Hands records to those followers whose cursor stands at their first offset, as an ack does. */
  handOn(acked: AckedRecords): void;
  /** Loses all records from this offset on, and returns them. */
  loseTail(partition: number, head: number): LogRecord[];
}

/** A log in memory under the same contract as Kafka's: for unit tests and for simulations. Gone with the process. */
export function createMemoryLog(options: MemoryLogOptions): MemoryLog {
  const { topic, partitions, scheduler = systemScheduler, batchRecords = DEFAULT_BATCH_RECORDS } = options;
  const { observer, log = silent } = options;
  const rule = options.fenced === false ? passAll : fence;
  const rules = { fence: rule, handOnRule: options.handOnRule ?? handOnRule };
  const store = createMemoryStore(partitions);
  const losses = createListeners<TailLoss>();
  const acks = createListeners<AckedRecords>();
  const { now = Date.now, fetchAfterMs } = options;
  const following = { store, scheduler, batchRecords, observer, log, now, fetchAfterMs, onAcked: acks.listen };
  const soon = (acked: AckedRecords): void => scheduler.soon(() => acks.tell(acked));
  const onAcked = options.fenced === false ? () => undefined : (options.interceptAcked ?? soon);
  let appenders = 0;

  return {
    topic,
    partitions,
    logId: options.logId ?? `memory/${topic}`,
    replicas: 1,
    async openAppender() {
      await nextTurn(scheduler);
      appenders += 1;
      return openMemoryAppender(store, appenders, { ...options, interceptAcked: onAcked });
    },
    async head(partition) {
      await nextTurn(scheduler);
      return store.head(partition);
    },
    async tail(partition) {
      await nextTurn(scheduler);
      return store.tail(partition);
    },
    async *read(partition, from, to) {
      await nextTurn(scheduler);
      if (to > store.head(partition)) throw new PositionOutOfRangeError(`partition ${partition} ends before ${to}`);
      let position = from;
      while (position.offset < to) {
        const run = store.fetch(partition, position.offset, { most: batchRecords, end: to })!;
        const batch = rule(position, run);
        yield batch;
        position = batch.next;
        await nextTurn(scheduler);
      }
    },
    follow: (follow) => followMemory({ ...following, ...rules, onLoss: losses.tell }, follow),
    onLoss: losses.listen,
    close: () => Promise.resolve(),
    appendForeign: (partition, record, timestamp) => store.append(partition, [record], () => timestamp),
    handOn: acks.tell,
    loseTail: store.truncate,
  };
}

function openMemoryAppender(store: MemoryStore, appender: number, options: MemoryLogOptions): Appender {
  const { partitions, scheduler = systemScheduler, now = Date.now, observer, log = silent } = options;
  const landNext = (send: MemorySend) =>
    scheduler.soon(() => {
      send.land();
      scheduler.soon(() => send.ack());
    });
  const intercept = options.interceptAppend ?? landNext;

  const send = (share: Share) =>
    new Promise<[number, number]>((resolve, reject) => {
      let base: number | null = null;
      const land = () => (base ??= store.append(share.partition, share.records, (record) => timeOf(record, now())));
      intercept({ ...share, appender, land, ack: () => resolve([share.partition, land()]), fail: reject });
    });

  const sending = {
    partitions,
    transmit: async (shares: Share[]) => new Map(await Promise.all(shares.map(send))),
    discard: () => Promise.resolve(),
  };
  return createAppender({
    partitions,
    openSender: (outbox) => createSingleSender(sending, outbox),
    onAcked: (partition, baseOffset, records) => options.interceptAcked?.({ partition, baseOffset, records }),
    observer,
    log,
  });
}
