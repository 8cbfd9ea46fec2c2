import { createAppender, type OnAcked } from '../appender';
import type { LogLine, LogObserver } from '../observer';
import type { Appender } from '../port';
import { askAgain } from './askAgain';
import { BOUNDED, type KafkaAccess } from './client';
import {
  createBrokers,
  isRetriable,
  type Leaders,
  type ProduceBrokers,
  type ProducerIdentity,
} from './producer/brokers';
import type { Compression } from './producer/compression';
import { createProducer } from './producer/producer';

const PATIENCE = { forMs: 10_000, pauseMs: 100, passes: isRetriable };
/** How long the broker may wait for its replicas; shorter than an answer may take, so that it is the one to say so. */
const ACK_TIMEOUT_MS = 8_000;

export interface KafkaAppenderOptions {
  access: KafkaAccess;
  topic: string;
  partitions: number;
  compression?: Compression | undefined;
  onAcked?: OnAcked | undefined;
  observer?: LogObserver | undefined;
  log: LogLine;
}

/** Opens an idempotent producer of its own. Rejects when the brokers are away; nothing is left behind then. */
export async function openKafkaAppender(options: KafkaAppenderOptions): Promise<Appender> {
  const { access, topic, partitions, compression, onAcked, observer, log } = options;
  const request = { clientId: access.clientId, topic, timeoutMs: ACK_TIMEOUT_MS };
  const brokers = createBrokers(access, BOUNDED, { ...request, partitions, log });
  const found = await introduce(brokers);
  return createAppender({
    partitions,
    openSender: (outbox) => createProducer({ brokers, ...found, compression, log }, outbox),
    onAcked,
    observer,
    log,
  });
}

/** Sending retries for ever; whoever opens an appender is told instead. */
async function introduce(brokers: ProduceBrokers): Promise<{ leaders: Leaders; identity: ProducerIdentity }> {
  const question = async () => ({
    leaders: await brokers.findLeaders(),
    identity: await brokers.initProducerId(),
  });
  return askAgain(question, PATIENCE).catch((cause: unknown) => {
    throw new Error('the producer could not connect', { cause });
  });
}
