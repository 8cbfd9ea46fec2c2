import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Consumer, EachBatchPayload } from 'kafkajs';
import type { FetchedRun } from '../../fence';
import type { LogLine } from '../../observer';
import type { TailLoss } from '../../port';
import type { Bounds } from '../admin';
import { createClient, ENDLESS, type KafkaAccess, type KafkaClient } from '../client';
import { createCursors, type Cursors } from './cursors';
import { footprint, toLogRecord } from './decode';

export interface LogConsumerDeps {
  access: KafkaAccess;
  topic: string;
  partitions: number;
  /** For the name of the consumer group. */
  name: string;
  /** How long the broker holds a fetch that finds nothing; also how long a partition newly asked for may have to wait. */
  maxWaitMs: number;
  /** Least time between two fetches, as it is now; milliseconds, 0 when not given. */
  minIntervalMs?: () => number;
  bounds(): Promise<ReadonlyMap<number, Bounds>>;
  /** Called with what was fetched, in order and without a gap for each partition. Must not take long, nor throw. */
  onRun(run: FetchedRun): void;
  /** Called when the log turns out to end before what is wanted next. */
  onLoss(loss: TailLoss): void;
  log: LogLine;
}

/** Fetches partitions from given offsets: what kafkajs, which only knows groups, lacks. */
export interface LogConsumer {
  fetchFrom(partition: number, offset: number): void;
  pause(partition: number): void;
  resume(partition: number): void;
  /** Resolves when fetching has begun for the first time. */
  readonly started: Promise<void>;
  stop(): Promise<void>;
}

const MAX_BYTES_PER_PARTITION = 1024 * 1024;
/** A response is decoded in one go, so its size is also the longest stall of the process. */
const MAX_BYTES = 4 * 1024 * 1024;
const RELAUNCH_MS = 250;
const INTERRUPT_MS = 100;
const CONSUMER = {
  readUncommitted: true,
  minBytes: 1,
  maxBytes: MAX_BYTES,
  maxBytesPerPartition: MAX_BYTES_PER_PARTITION,
  allowAutoTopicCreation: false,
  retry: ENDLESS.retry,
} as const;

/**
 * A consumer group of one member that never commits: it is given every partition, and the cursors alone say where each
 * one is fetched. Batches are handed on and resolved at once; who takes them has own buffers.
 */
export function createLogConsumer(deps: LogConsumerDeps): LogConsumer {
  const { access, topic, log } = deps;
  const client = createClient(access, ENDLESS, log);
  const groupId = `${access.clientId}.${deps.name}.${randomUUID()}`;
  const cursors = createCursors(deps);
  const pace = createPace(deps.minIntervalMs ?? (() => 0));
  let consumer: Consumer | null = null;
  let relaunching: NodeJS.Timeout | undefined;
  let stopped = false;
  let onStarted: () => void = () => undefined;
  const started = new Promise<void>((resolve) => (onStarted = resolve));

  function relaunch(error: unknown): void {
    cursors.detach();
    if (stopped) return;
    log('warn', 'consumer crashed; starting another one', { topic, groupId, error });
    relaunching = setTimeout(() => (launching = launch()), RELAUNCH_MS);
  }

  async function launch(): Promise<void> {
    const own = client.kafka.consumer({ ...CONSUMER, groupId, maxWaitTimeInMs: deps.maxWaitMs });
    consumer = own;
    listen(own, cursors, onStarted);
    own.on(own.events.FETCH_START, pace.started);
    own.on(own.events.CRASH, ({ payload: { error, restart } }) => {
      if (!restart) relaunch(error);
    });
    try {
      await own.connect();
      await own.subscribe({ topic, fromBeginning: true });
      await own.run({
        autoCommit: false,
        eachBatchAutoResolve: false,
        // All at once: a partition that waits for the pace must not hold back what was fetched for the others.
        partitionsConsumedConcurrently: deps.partitions,
        eachBatch: takeBatch(deps, cursors, pace),
      });
    } catch (error) {
      await own.disconnect().catch(() => undefined);
      relaunch(error);
    }
  }

  let launching = launch();
  return {
    fetchFrom: cursors.set,
    pause: cursors.pause,
    resume: cursors.resume,
    started,
    async stop() {
      stopped = true;
      clearTimeout(relaunching);
      cursors.end();
      client.retire();
      // A consumer that is still joining would not notice that it was disconnected.
      await launching;
      await disconnect(consumer, client);
    },
  };
}

/** kafkajs would wait until the broker answers a fetch that nobody wants any more, or that is sent in a moment. */
async function disconnect(consumer: Consumer | null, client: KafkaClient): Promise<void> {
  const disconnected = consumer?.disconnect();
  client.interrupt();
  const interrupting = setInterval(client.interrupt, INTERRUPT_MS);
  try {
    await disconnected;
  } finally {
    clearInterval(interrupting);
    client.close();
  }
}

function listen(consumer: Consumer, cursors: Cursors, onStarted: () => void): void {
  // Synchronous: the first fetch after a join must already know the cursors.
  consumer.on(consumer.events.GROUP_JOIN, () => cursors.attach(consumer));
  consumer.on(consumer.events.STOP, () => cursors.detach());
  consumer.on(consumer.events.FETCH_START, onStarted);
  // A run of control records alone (somebody's transaction) never gets to eachBatch; kafkajs steps over it.
  consumer.on(consumer.events.START_BATCH_PROCESS, ({ payload }) => {
    if (payload.batchSize === 0)
      cursors.skip(payload.partition, Number(payload.firstOffset), Number(payload.lastOffset) + 1);
  });
}

/** kafkajs fetches again once all batches of the last fetch are handled; holding one back sets the pace. */
interface Pace {
  started(): void;
  next(): Promise<void> | undefined;
}

function createPace(minIntervalMs: () => number): Pace {
  let startedAt = -Infinity;
  return {
    started: () => void (startedAt = performance.now()),
    next() {
      const rest = startedAt + minIntervalMs() - performance.now();
      return rest > 0 ? delay(rest) : undefined;
    },
  };
}

function takeBatch({ onRun }: LogConsumerDeps, cursors: Cursors, pace: Pace) {
  return async ({ batch, resolveOffset, isStale }: EachBatchPayload): Promise<void> => {
    const { partition, highWatermark } = batch;
    // Not in kafkajs's types: the offset that was asked for.
    const { fetchedOffset } = batch as typeof batch & { fetchedOffset: string };
    if (isStale() || !cursors.accepts(partition, Number(fetchedOffset))) return;
    const last = batch.lastOffset();
    const next = Number(last) + 1;
    const records = batch.messages.map((message) => toLogRecord(partition, message));
    const bytes = records.reduce((sum, record) => sum + footprint(record), 0);
    resolveOffset(last);
    cursors.advance(partition, next);
    onRun({ partition, records, next, head: Number(highWatermark), bytes });
    await pace.next();
  };
}
