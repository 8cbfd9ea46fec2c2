import { createTokenVerifier, internalSecrets, tokenSettings } from '@threadlog/auth';
import {
  createKafkaLog,
  ensureTopic,
  TopicMismatchError,
  type EventLog,
  type KafkaAccess,
  type LogObserver,
} from '@threadlog/log';
import { claimLogIdentity, createDatabase, LogIdentityError, migrate, type Database } from '@threadlog/read-models';
import { createPostgresKeyStore, createSealing, masterKeyFrom, migrateKeyStore } from '@threadlog/sealing';
import {
  createAdmission,
  createLogger,
  createMetrics,
  createRateLimits,
  rateLimitsOf,
  type Logger,
  type Metrics,
} from '@threadlog/service';
import type { RuntimeConfig } from './config';
import { createLogObserver, logLines } from './logMetrics';
import { createMessageStores } from './messageStores';
import { createRateExchange } from './rateExchange';
import { openOps } from './ops';
import { reach } from './reach';
import type { AuxiliaryTopic, Runtime } from './runtime';

/** The topic of all events; the configured prefix goes in front. */
export const EVENTS_TOPIC = 'chat.events.v1';
/** Version of the HTTP API, shown by health answers and the OpenAPI document. */
export const API_VERSION = '1.0.0';

export interface CreateRuntimeOptions {
  /** Name of the process: `service` in its log lines, the client in Kafka's and Postgres' views. */
  service: string;
  /** What the process offers, for `/`. */
  features?: readonly string[];
  signal: AbortSignal;
  logger?: Logger;
}

type Closer = () => Promise<unknown>;

/**
 * Makes what the roles of a process share. Waits until Postgres and Kafka answer, brings the database up to date,
 * creates the events topic where there is none. Rejects when the topic and the database do not belong together, when a
 * port is taken, or when `signal` aborts; what was opened by then is closed.
 */
export async function createRuntime(config: RuntimeConfig, options: CreateRuntimeOptions): Promise<Runtime> {
  const closers: Closer[] = [];
  const close = once(() => closeAll(closers));
  try {
    return { ...(await build(config, options, closers)), close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function build(
  config: RuntimeConfig,
  { service, features, signal, ...given }: CreateRuntimeOptions,
  closers: Closer[],
): Promise<Omit<Runtime, 'close'>> {
  const logger = given.logger ?? createLogger({ service, level: config.LOG_LEVEL });
  const metrics = createMetrics();
  const info = { service, version: API_VERSION, environment: config.ENVIRONMENT, features };
  const opened = (closer: Closer) => void closers.push(closer);
  const ops = await openOps(config, opened);
  const context: Context = { config, service, signal, logger, metrics, opened };
  const stores = await openStores(context);
  const { events, openTopic } = createTopics(context);
  const log = await events();
  await reach('Postgres', () => claimLogIdentity(stores.database, log), { logger, signal, fatal: isMismatch });
  const verifier = createTokenVerifier(tokenSettings(config));
  const { rateLimits, background } = openRateLimits(context, stores.database);
  const admission = createAdmission({
    verifier,
    limits: rateLimits,
    internalSecrets: internalSecrets(config).map((secret) => secret()),
    defaultTenant: config.AUTH_DEFAULT_TENANT,
  });
  const { opsUrl } = ops;
  const made = { log, openTopic, verifier, rateLimits, admission, background };
  return { config, info, logger, metrics, ops, opsUrl, ...made, ...stores };
}

interface Context {
  config: RuntimeConfig;
  service: string;
  signal: AbortSignal;
  logger: Logger;
  metrics: Metrics;
  /** Remembers how to close what was opened; the last opened is closed first. */
  opened(closer: Closer): void;
}

async function openStores(context: Context): Promise<Pick<Runtime, 'database' | 'sealing' | 'messageStore'>> {
  const { config, signal, logger, opened } = context;
  const database = openDatabase(config.DATABASE_URL, context);
  const keys = config.KEYSTORE_DATABASE_URL ? openDatabase(config.KEYSTORE_DATABASE_URL, context) : database;
  const messages = createMessageStores(database, config.MONGO_URL);
  opened(messages.close);
  await reach('Postgres', () => migrate(database, { messages: messages.kind }), { logger, signal });
  await reach('the key store', () => migrateKeyStore(keys), { logger, signal });
  const sealing = createSealing({ keyStore: createPostgresKeyStore(keys), masterKey: masterKeyFrom(config) });
  return { database, sealing, messageStore: messages.of };
}

/** Buckets of this process, and the exchange that brings them together with those of the others. */
function openRateLimits({ config, logger }: Context, database: Database): Pick<Runtime, 'rateLimits' | 'background'> {
  const rates = rateLimitsOf(config);
  const exchange = createRateExchange({
    database,
    limits: () => rateLimits,
    onFault: (error) => logger.debug({ err: error }, 'rate limits not exchanged, trying again'),
  });
  const rateLimits = createRateLimits({ rates, onConsume: exchange.onConsume });
  return { rateLimits, background: Object.values(rates).some(Boolean) ? [exchange] : [] };
}

function openDatabase(url: string, { config, service, logger, opened }: Context): Database {
  const database = createDatabase({
    url,
    max: config.DATABASE_POOL_SIZE,
    applicationName: service,
    onIdleError: (error) => logger.warn({ err: error }, 'an idle database connection broke'),
  });
  opened(() => database.end());
  return database;
}

/** Topics of this process's broker, opened with `observer` where their figures are wanted. */
function createTopics({ config, signal, logger, metrics, opened }: Context) {
  const access = kafkaAccess(config);
  const log = logLines(logger);
  async function open({ name, ...topic }: TopicWanted, observer?: LogObserver): Promise<EventLog> {
    const options = { ...access, ...topic, topic: `${config.KAFKA_TOPIC_PREFIX}${name}`, log };
    const attempt = async (): Promise<EventLog> => {
      await ensureTopic({ ...options, replicationFactor: config.KAFKA_REPLICATION_FACTOR });
      return createKafkaLog({ ...options, observer });
    };
    const found = await reach('Kafka', attempt, { logger, signal, fatal: isMismatch });
    opened(() => found.close());
    return found;
  }
  return {
    events: () => open({ name: EVENTS_TOPIC, partitions: config.CHAT_PARTITIONS }, createLogObserver(metrics)),
    // Records of these topics have no owners, and so no epochs.
    openTopic: (topic: AuxiliaryTopic) => open({ ...topic, fenced: false }),
  };
}

type TopicWanted = Omit<AuxiliaryTopic, 'retentionMs'> & Partial<AuxiliaryTopic> & { fenced?: boolean };

/** Time does not mend these: somebody configured two things that do not belong together. */
function isMismatch(error: unknown): boolean {
  return error instanceof TopicMismatchError || error instanceof LogIdentityError;
}

function kafkaAccess(config: RuntimeConfig): KafkaAccess {
  const { KAFKA_SASL_MECHANISM: mechanism, KAFKA_SASL_USERNAME: username, KAFKA_SASL_PASSWORD: password } = config;
  return {
    brokers: config.KAFKA_BROKERS,
    clientId: config.KAFKA_CLIENT_ID,
    ssl: config.KAFKA_SSL,
    ...(mechanism ? { sasl: { mechanism, username: username ?? '', password: password ?? '' } } : {}),
  };
}

async function closeAll(closers: Closer[]): Promise<void> {
  for (const closer of closers.splice(0).reverse()) await closer();
}

function once(work: () => Promise<void>): () => Promise<void> {
  let started: Promise<void> | undefined;
  return () => (started ??= work());
}
