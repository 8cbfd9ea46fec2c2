import { setTimeout as delay } from 'node:timers/promises';
import { KafkaJSNonRetriableError, type Message, type Producer } from 'kafkajs';
import { createAppender, type OnAcked } from '../appender';
import type { Share } from '../appendQueue';
import { timeOf } from '../fence';
import type { LogLine, LogObserver } from '../observer';
import type { Appender } from '../port';
import { createClient, ENDLESS, type KafkaAccess, type KafkaClient } from './client';

const CONNECT_TIMEOUT_MS = 10_000;
/**
 * A request costs the broker and us far more than a record in it. When one carried several records, more are on their
 * way: waiting a moment for them halves the requests of a busy process. One writer alone never waits.
 */
const BUSY_RECORDS = 3;
const GATHER_MS = 1;
/** How long the broker may wait for its replicas; shorter than a request may take, so that it is the one to say so. */
const ACK_TIMEOUT_MS = 8_000;

export interface KafkaAppenderOptions {
  access: KafkaAccess;
  topic: string;
  partitions: number;
  /** Whether partitions may have different leaders. */
  severalBrokers: boolean;
  onAcked?: OnAcked | undefined;
  observer?: LogObserver | undefined;
  log: LogLine;
}

/** Opens an idempotent producer of its own. Rejects when the brokers are away; nothing is left behind then. */
export async function openKafkaAppender(options: KafkaAppenderOptions): Promise<Appender> {
  const { access, topic, partitions, severalBrokers, onAcked, observer, log } = options;
  let abandoned = false;

  const client = createClient(access, ENDLESS, log);
  const producer = client.kafka.producer({
    idempotent: true,
    retry: ENDLESS.retry,
    allowAutoTopicCreation: false,
    // Called for every attempt of a send, so this is also where the endless retries of an abandoned one are ended.
    createPartitioner:
      () =>
      ({ message }) => {
        if (abandoned) throw new KafkaJSNonRetriableError('the appender was abandoned');
        return message.partition!;
      },
  });

  async function transmit(shares: Share[]): Promise<ReadonlyMap<number, number>> {
    try {
      const messages = shares.flatMap(toMessages);
      const results = await producer.send({ topic, acks: -1, timeout: ACK_TIMEOUT_MS, messages });
      return new Map(results.map(({ partition, baseOffset }) => [partition, Number(baseOffset ?? -1)]));
    } finally {
      // A retry of an abandoned send connects again: what ends last disconnects last.
      if (abandoned) await producer.disconnect();
    }
  }

  await connect(producer, client);
  return createAppender({
    partitions,
    inFlight: severalBrokers ? 'perPartition' : 'one',
    transmit,
    gather: (records) => (records >= BUSY_RECORDS ? delay(GATHER_MS) : undefined),
    discard() {
      abandoned = true;
      client.retire();
      return producer.disconnect();
    },
    onAcked,
    observer,
    log,
  });
}

function toMessages({ partition, records }: Share): Message[] {
  const now = Date.now();
  return records.map(({ key, value, headers }) => {
    const timestamp = String(timeOf({ headers }, now));
    return { partition, key, value, headers, timestamp };
  });
}

/** Connecting retries for ever, like sending; whoever opens an appender should be told instead. */
async function connect(producer: Producer, client: KafkaClient): Promise<void> {
  const timer = setTimeout(client.retire, CONNECT_TIMEOUT_MS);
  try {
    await producer.connect();
  } catch (cause) {
    await producer.disconnect();
    throw new Error('the producer could not connect', { cause });
  } finally {
    clearTimeout(timer);
  }
}
