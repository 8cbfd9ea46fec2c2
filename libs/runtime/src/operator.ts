import { createLogger, type Logger } from '@threadlog/service';
import type { EventLog } from '@threadlog/log';
import type { OperatorConfig } from './config';
import { createClosers, createTopics, EVENTS_TOPIC, openStores } from './connections';
import type { Runtime } from './runtime';

/** What an operator's tool works on: the stores and topics of a deployment, and nothing that serves. */
export interface Operator extends Pick<Runtime, 'logger' | 'database' | 'sessions' | 'sealing' | 'messageStore'> {
  config: OperatorConfig;
  /**
   * Opens the events topic as it stands on disk: nothing is left out for its epoch. Not for folding.
   */
  openEvents(): Promise<EventLog>;
  close(): Promise<void>;
}

export interface OpenOperatorOptions {
  /** Shown in the views of Postgres and Kafka. */
  service: string;
  /** Ends waiting for servers that do not answer. */
  signal: AbortSignal;
  logger?: Logger;
}

/**
 * Opens a deployment for a tool that runs beside its processes. Nothing is migrated or created, no port is taken, and
 * the erasure list is not replayed: a tool that proves something must not change it first.
 */
export async function openOperator(config: OperatorConfig, options: OpenOperatorOptions): Promise<Operator> {
  const { service, signal, logger = createLogger({ service, level: config.LOG_LEVEL }) } = options;
  const { opened, close } = createClosers();
  try {
    const context = { config, service, signal, logger, create: false, opened };
    const { openTopic } = createTopics(context);
    const events = { name: EVENTS_TOPIC, partitions: config.CHAT_PARTITIONS, retentionMs: -1 };
    return { config, logger, ...(await openStores(context)), openEvents: () => openTopic(events), close };
  } catch (error) {
    await close();
    throw error;
  }
}
