import {
  createKafkaLog,
  ensureTopic,
  TopicMismatchError,
  type EventLog,
  type KafkaAccess,
  type LogObserver,
} from '@threadlog/log';
import {
  createDatabase,
  LogIdentityError,
  migrate,
  ReadModelRevisionError,
  type Database,
} from '@threadlog/read-models';
import { createPostgresKeyStore, createSealing, masterKeyFrom, migrateKeyStore } from '@threadlog/sealing';
import type { Logger, Metrics } from '@threadlog/service';
import type { OperatorConfig } from './config';
import { ErasureListError } from './erasures/record';
import { createLogObserver, logLines } from './logMetrics';
import { createMessageStores } from './messageStores';
import { reach } from './reach';
import type { AuxiliaryTopic, Runtime } from './runtime';

/** The topic of all events; the configured prefix goes in front. */
export const EVENTS_TOPIC = 'chat.events.v1';
export type Closer = () => Promise<unknown>;

/** Closes what was opened, the last first; once, however often it is called. */
export function createClosers(): { opened(closer: Closer): void; close(): Promise<void> } {
  const closers: Closer[] = [];
  let closing: Promise<void> | undefined;
  async function closeAll(): Promise<void> {
    for (const closer of closers.splice(0).reverse()) await closer();
  }
  return { opened: (closer) => void closers.push(closer), close: () => (closing ??= closeAll()) };
}

/** What it takes to open connections. */
export interface Context {
  config: OperatorConfig;
  service: string;
  signal: AbortSignal;
  logger: Logger;
  /** Of the events topic, where they are wanted. */
  metrics?: Metrics;
  /** Whether what is missing is made: schemas, topics. False for tools, which look at what is there. */
  create: boolean;
  /** Remembers how to close what was opened; the last opened is closed first. */
  opened(closer: Closer): void;
}

export type Stores = Pick<Runtime, 'database' | 'sealing' | 'messageStore'>;

/** The databases, brought up to date, and what stands on them. */
export async function openStores(context: Context): Promise<Stores> {
  const { config, signal, logger, create, opened } = context;
  const database = openDatabase(config.DATABASE_URL, context);
  const keys = config.KEYSTORE_DATABASE_URL ? openDatabase(config.KEYSTORE_DATABASE_URL, context) : database;
  const messages = createMessageStores(database, config.MONGO_URL);
  opened(messages.close);
  if (create) {
    await reach('Postgres', () => migrate(database, { messages: messages.kind }), {
      logger,
      signal,
      fatal: isMismatch,
    });
    await reach('the key store', () => migrateKeyStore(keys), { logger, signal });
  }
  const sealing = createSealing({
    keyStore: createPostgresKeyStore(keys),
    masterKey: masterKeyFrom(config),
    ttlMs: config.SEALING_KEY_CACHE_MS,
    rotationDays: config.SEALING_ROTATION_DAYS,
  });
  if (create) await reach('the key store', () => sealing.noteMasterKey(), { logger, signal });
  return { database, sealing, messageStore: messages.of };
}

function openDatabase(url: string, { config, service, logger, opened }: Context): Database {
  const database = createDatabase({
    url,
    max: config.DATABASE_POOL_SIZE,
    applicationName: service,
    onBroken: (error) => logger.warn({ err: error }, 'a database connection broke'),
  });
  opened(() => database.end());
  return database;
}

/** Topics of this process's broker, opened with `observer` where their figures are wanted. */
export function createTopics({ config, signal, logger, metrics, create, opened }: Context): Topics {
  const access = kafkaAccess(config);
  const log = logLines(logger);
  async function attemptOpen({ name, ...topic }: TopicWanted, observer?: LogObserver): Promise<EventLog> {
    const options = { ...access, ...topic, topic: `${config.KAFKA_TOPIC_PREFIX}${name}`, log };
    if (create) await ensureTopic({ ...options, replicationFactor: config.KAFKA_REPLICATION_FACTOR });
    return createKafkaLog({ ...options, observer });
  }
  async function open(wanted: TopicWanted, observer?: LogObserver): Promise<EventLog> {
    const found = await reach('Kafka', () => attemptOpen(wanted, observer), { logger, signal, fatal: isMismatch });
    opened(() => found.close());
    return found;
  }
  return {
    events: () =>
      open({ name: EVENTS_TOPIC, partitions: config.CHAT_PARTITIONS }, metrics && createLogObserver(metrics)),
    // Records of these topics have no owners, and so no epochs.
    openTopic: (topic) => open({ ...topic, fenced: false }),
    async visitTopic(topic, visit) {
      const visited = await attemptOpen({ ...topic, fenced: false });
      try {
        return await visit(visited);
      } finally {
        await visited.close();
      }
    },
  };
}

export interface Topics extends Pick<Runtime, 'openTopic'> {
  events(): Promise<EventLog>;
  /** Opens a topic for one piece of work. Tries once. */
  visitTopic<T>(topic: AuxiliaryTopic, visit: (topic: EventLog) => Promise<T>): Promise<T>;
}

type TopicWanted = Omit<AuxiliaryTopic, 'retentionMs'> & Partial<AuxiliaryTopic> & { fenced?: boolean };

/** Time does not mend these: somebody configured two things that do not belong together. */
export function isMismatch(error: unknown): boolean {
  return [TopicMismatchError, LogIdentityError, ReadModelRevisionError, ErasureListError].some(
    (mismatch) => error instanceof mismatch,
  );
}

function kafkaAccess(config: OperatorConfig): KafkaAccess {
  const { KAFKA_SASL_MECHANISM: mechanism, KAFKA_SASL_USERNAME: username, KAFKA_SASL_PASSWORD: password } = config;
  return {
    brokers: config.KAFKA_BROKERS,
    clientId: config.KAFKA_CLIENT_ID,
    ssl: config.KAFKA_SSL,
    ...(mechanism ? { sasl: { mechanism, username: username ?? '', password: password ?? '' } } : {}),
  };
}
