import { randomUUID } from 'node:crypto';
import type { Consumer, EachBatchPayload } from 'kafkajs';
import { ackedRun, footprint, type AckedRecords } from '../../handOn';
import { createClient, ENDLESS, type KafkaClient } from '../client';
import { createCursors, type Cursors } from './cursors';
import { toLogRecord } from './decode';
import type { LogConsumerDeps } from './deps';
import { createPace, type Pace } from './pace';

/** Fetches partitions from given offsets: what kafkajs, which only knows groups, lacks. */
export interface LogConsumer {
  fetchFrom(partition: number, offset: number): void;
  pause(partition: number): void;
  resume(partition: number): void;
  /** Gives records that this process has appended where they continue what was fetched; others come by the fetch. */
  handOn(acked: AckedRecords): void;
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
  const pace = createPace(deps.minIntervalMs ?? (() => 0), cursors);
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
    listen(own, cursors, () => {
      onStarted();
      pace.started();
      cursors.passOver();
    });
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
    fetchFrom: hurried(pace, cursors.set),
    pause: cursors.pause,
    resume: hurried(pace, cursors.resume),
    handOn: createHandOn(deps, cursors, pace),
    started,
    async stop() {
      stopped = true;
      clearTimeout(relaunching);
      cursors.end();
      pace.hurry();
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

function listen(consumer: Consumer, cursors: Cursors, onFetch: () => void): void {
  // Synchronous: the first fetch after a join must already know the cursors.
  consumer.on(consumer.events.GROUP_JOIN, () => cursors.attach(consumer));
  consumer.on(consumer.events.STOP, () => cursors.detach());
  consumer.on(consumer.events.FETCH_START, onFetch);
  // A run of control records alone (somebody's transaction) never gets to eachBatch; kafkajs steps over it.
  consumer.on(consumer.events.START_BATCH_PROCESS, ({ payload }) => {
    if (payload.batchSize === 0)
      cursors.skip(payload.partition, Number(payload.firstOffset), Number(payload.lastOffset) + 1);
  });
}

/** Whoever wants something now does not wait for the pace of a fetch that wanted nothing. */
function hurried<Given extends unknown[]>(pace: Pace, step: (...given: Given) => void): (...given: Given) => void {
  return (...given) => {
    step(...given);
    pace.hurry();
  };
}

function createHandOn(deps: LogConsumerDeps, cursors: Cursors, pace: Pace): LogConsumer['handOn'] {
  return (acked) => {
    const { partition, baseOffset, records } = acked;
    const outcome = cursors.handOn(partition, baseOffset, baseOffset + records.length);
    if (outcome === 'taken') deps.onRun(ackedRun(acked, Date.now()));
    if (outcome === 'gap') pace.hurry();
    deps.observer?.handedOn?.({ outcome, records: records.length });
  };
}

type FetchedBatch = Pick<EachBatchPayload, 'batch' | 'resolveOffset' | 'isStale'>;

/** For kafkajs's `eachBatch`. What was handed on before it was fetched is passed over. */
export function takeBatch({ onRun }: Pick<LogConsumerDeps, 'onRun'>, cursors: Cursors, pace: Pick<Pace, 'next'>) {
  return async ({ batch, resolveOffset, isStale }: FetchedBatch): Promise<void> => {
    const { partition, highWatermark } = batch;
    // Not in kafkajs's types: the offset that was asked for.
    const { fetchedOffset } = batch as typeof batch & { fetchedOffset: string };
    if (isStale() || !cursors.accepts(partition, Number(fetchedOffset))) return;
    const last = batch.lastOffset();
    const next = Number(last) + 1;
    resolveOffset(last);
    const from = cursors.advance(partition, next);
    if (from < next) {
      const fresh = batch.messages.filter(({ offset }) => Number(offset) >= from);
      const records = fresh.map((message) => toLogRecord(partition, message));
      onRun({ partition, records, next, head: Number(highWatermark), bytes: footprint(records) });
    }
    await pace.next();
  };
}
