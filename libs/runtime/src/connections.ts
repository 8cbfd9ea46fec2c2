import {
  createKafkaLog,
  ensureTopic,
  TopicMismatchError,
  type EventLog,
  type LogObserver,
  type TopicOptions,
} from '@threadlog/log';
import {
  createDatabase,
  LogIdentityError,
  migrate,
  type LockHolder,
  ReadModelRevisionError,
  type Database,
  type LogIdentity,
} from '@threadlog/read-models';
import { createPostgresKeyStore, createSealing, masterKeyFrom, migrateKeyStore } from '@threadlog/sealing';
import { ConfigError, type Logger, type Metrics, type Shedding, type Surface } from '@threadlog/service';
import type { OperatorConfig } from './config';
import type { AuxiliaryTopic } from './auxiliaryTopic';
import { ErasureListError } from './erasures/record';
import { createKafkaAccess } from './access/kafkaAccess';
import { kafkaMistake, postgresMistake } from './access/mistakes';
import { shareFairly } from './fairDatabase';
import { flushing } from './flushing';
import { createLogObserver, logLines } from './logMetrics';
import { assertKeyStoreHome, KeyStoreMovedError } from './keys/keyStoreHome';
import { onTenantsBehalf } from './keys/onTenantsBehalf';
import { createKeyReports } from './keys/keyReports';
import { createMessageStores } from './messageStores';
import { reach } from './reach';
import type { Runtime } from './runtime';

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
  /** Counts what is refused since too much waits. */
  shed?: Shedding['shed'];
  /** Whether what is missing is made: schemas, topics. False for tools, which look at what is there. */
  create: boolean;
  /** Hears what the start waits for, in one line; null once it goes on. */
  tell?: ((line: string | null) => void) | undefined;
  /** Remembers how to close what was opened; the last opened is closed first. */
  opened(closer: Closer): void;
}

export type Stores = Pick<Runtime, 'database' | 'sessions' | 'sealing' | 'messageStore' | 'mongoCheck'>;

/** The databases, brought up to date, and what stands on them. */
export async function openStores(context: Context): Promise<Stores> {
  const { config, signal, logger, create, opened } = context;
  const { database, sessions } = openDatabases(context);
  const keyStoreUrl = config.KEYSTORE_DATABASE_URL;
  const keys = keyStoreUrl ? openDatabase(keyStoreUrl, context, !config.DATABASE_PREPARED) : database;
  const onWaiting = (holders: LockHolder[]) =>
    logger.warn({ holders }, 'waiting for another session that migrates the database, or holds its lock');
  const messages = createMessageStores(database, config.MONGO_URL);
  opened(messages.close);
  if (create) {
    const made = await reach('Postgres', () => migrate(sessions, { messages: messages.kind, onWaiting }), {
      logger,
      signal,
      fatal: isMismatch,
      mistakeOf: (error) => postgresMistake(error, config.DATABASE_DIRECT_URL ? 'DATABASE_DIRECT_URL' : 'DATABASE_URL'),
      tell: context.tell,
    });
    if (made && made.others.length > 0)
      logger.warn(made, 'the read model is of another build: this one builds its own from the log beside it');
    await reach('the key store', () => openKeyStore(keys, database), {
      logger,
      signal,
      fatal: isMismatch,
      mistakeOf: (error) =>
        postgresMistake(error, config.KEYSTORE_DATABASE_URL ? 'KEYSTORE_DATABASE_URL' : 'DATABASE_URL'),
      tell: context.tell,
    });
  }
  const sealing = createSealing({
    keyStore: onTenantsBehalf(createPostgresKeyStore(keys)),
    masterKey: masterKeyFrom(config),
    ttlMs: config.SEALING_KEY_CACHE_MS,
    rotationDays: config.SEALING_ROTATION_DAYS,
    onKeyMissing: createKeyReports({ logger, metrics: context.metrics }),
  });
  if (create) await reach('the key store', () => sealing.noteMasterKey(), { logger, signal });
  return { database, sessions, sealing, messageStore: messages.of, mongoCheck: messages.check };
}

async function openKeyStore(keys: Database, database: Database): Promise<void> {
  if (keys !== database) await assertKeyStoreHome(keys, database);
  await migrateKeyStore(keys);
}

/** The pool for all work, and the one for what has to hold a session of its own: the same one without a pooler. */
function openDatabases(context: Context): { database: Database; sessions: Database } {
  const { DATABASE_URL, DATABASE_DIRECT_URL: directUrl, DATABASE_PREPARED: prepared } = context.config;
  if (!prepared && !directUrl)
    throw new ConfigError(['DATABASE_DIRECT_URL: is required by DATABASE_PREPARED=false; it leads past the pooler']);
  const database = openDatabase(DATABASE_URL, context, !prepared);
  return { database, sessions: directUrl ? openDatabase(directUrl, context) : database };
}

function openDatabase(url: string, { config, service, logger, opened, shed }: Context, pooler = false): Database {
  const database = createDatabase({
    ...{ url, pooler },
    max: config.DATABASE_POOL_SIZE,
    applicationName: service,
    onBroken: (error) => logger.warn({ err: error }, 'a database connection broke'),
  });
  if (shed) {
    const onShed = (surface: Surface) => shed(surface, 'database');
    shareFairly(database, { connections: config.DATABASE_POOL_SIZE, onShed });
  }
  opened(() => database.end());
  return database;
}

/** Topics of this process's broker, opened with `observer` where their figures are wanted. */
export function createTopics({ config, signal, logger, metrics, create, opened, tell }: Context): Topics {
  const access = createKafkaAccess(config);
  const mistakeOf = (error: unknown) => kafkaMistake(error, access);
  const log = logLines(logger);
  function optionsOf({ name, ...topic }: TopicWanted): TopicOptions & { fenced?: boolean } {
    return { ...access, ...topic, topic: `${config.KAFKA_TOPIC_PREFIX}${name}`, log };
  }
  function ensure(wanted: TopicWanted, missing: TopicOptions['missing'] = 'create'): Promise<void> {
    // What is kept for ever is what nothing else can replace.
    const kept = (wanted.retentionMs ?? -1) === -1;
    return ensureTopic({
      ...optionsOf(wanted),
      replicationFactor: config.KAFKA_REPLICATION_FACTOR,
      strict: config.ENVIRONMENT === 'production' && kept,
      flushMessages: kept ? flushing(config) : undefined,
      missing,
    });
  }
  async function attemptOpen(
    wanted: TopicWanted,
    observer?: LogObserver,
    missing?: TopicOptions['missing'],
  ): Promise<EventLog> {
    if (create) await ensure(wanted, missing);
    return createKafkaLog({ ...optionsOf(wanted), compression: config.KAFKA_COMPRESSION, observer });
  }
  async function open(
    wanted: TopicWanted,
    observer?: LogObserver,
    missing?: TopicOptions['missing'],
  ): Promise<EventLog> {
    const attempt = () => attemptOpen(wanted, observer, missing);
    const found = await reach('Kafka', attempt, { logger, signal, fatal: isMismatch, mistakeOf, tell });
    opened(() => found.close());
    return found;
  }
  const events: TopicWanted = { name: EVENTS_TOPIC, partitions: config.CHAT_PARTITIONS };
  return {
    events: (claimed) =>
      open(events, metrics && createLogObserver(metrics), claimed ? { refuse: builtFrom(claimed) } : 'create'),
    inspect: () =>
      reach('Kafka', () => ensure(events, 'ignore'), { logger, signal, fatal: isMismatch, mistakeOf, tell }),
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
  /** @param claimed The log that the database was built from, if any: one that is gone is not made again. */
  events(claimed: LogIdentity | null): Promise<EventLog>;
  /** Refuses an events topic that cannot be used, or waits for brokers that it would be made on; makes nothing. */
  inspect(): Promise<void>;
  /** Opens a topic for one piece of work. Tries once. */
  visitTopic<T>(topic: AuxiliaryTopic, visit: (topic: EventLog) => Promise<T>): Promise<T>;
}

const builtFrom = ({ logId, topic }: LogIdentity): string =>
  `this database was built from log ${logId} (topic ${topic}); point both at the same pair, or start with an empty database`;

type TopicWanted = Omit<AuxiliaryTopic, 'retentionMs'> & Partial<AuxiliaryTopic> & { fenced?: boolean };

/** Time does not mend these: somebody configured two things that do not belong together. */
export function isMismatch(error: unknown): boolean {
  return [TopicMismatchError, LogIdentityError, ReadModelRevisionError, ErasureListError, KeyStoreMovedError].some(
    (mismatch) => error instanceof mismatch,
  );
}
