import { createTokenVerifier, internalSecrets, tokenSettings } from '@threadlog/auth';
import { claimLogIdentity, readLogIdentity, type Database } from '@threadlog/read-models';
import type { SealingService } from '@threadlog/sealing';
import {
  createAdmission,
  createLogger,
  createLoopDelay,
  createMetrics,
  createRateLimits,
  createShedding,
  rateLimitsOf,
  type Logger,
} from '@threadlog/service';
import type { RuntimeConfig } from './config';
import { createClosers, createTopics, isMismatch, openStores, type Context, type Topics } from './connections';
import { createErasureList, ERASURES_TOPIC, replayErasures } from './erasures/erasureList';
import { createErasures, type Erasures } from './erasures/erasures';
import { createKeyCheck } from './keys/keyReports';
import { guardLogLength } from './logLength';
import { createRateExchange } from './rateExchange';
import { openOps } from './ops';
import { tellPartitions } from './processMetrics';
import { reach } from './reach';
import type { Runtime } from './runtime';
import { createSharedClock } from './sharedClock';
import { startTracing } from './tracing';

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

/**
 * Makes what the roles of a process share. Waits until Postgres and Kafka answer, brings the database up to date,
 * creates the events topic where there is none. Rejects when the topic and the database do not belong together, when a
 * port is taken, or when `signal` aborts; what was opened by then is closed.
 */
export async function createRuntime(config: RuntimeConfig, options: CreateRuntimeOptions): Promise<Runtime> {
  const { opened, close } = createClosers();
  try {
    return { ...(await build(config, options, opened)), close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function build(
  config: RuntimeConfig,
  { service, features, signal, ...given }: CreateRuntimeOptions,
  opened: Context['opened'],
): Promise<Omit<Runtime, 'close'>> {
  const logger = given.logger ?? createLogger({ service, level: config.LOG_LEVEL });
  opened(await startTracing(config, { service, version: API_VERSION, logger }));
  const metrics = createMetrics();
  const info = { service, version: API_VERSION, environment: config.ENVIRONMENT, features };
  const ops = await openOps(config, opened);
  const loopDelay = createLoopDelay();
  const shedding = createShedding({ metrics, isLate: loopDelay.isLate });
  const { shed } = shedding;
  const context: Context = { config, service, signal, logger, metrics, shed, create: true, opened, tell: ops.tell };
  const { events, inspect, openTopic, visitTopic } = createTopics(context);
  await inspect();
  const stores = await openStores(context);
  const claimed = await reach('Postgres', () => readLogIdentity(stores.database), { logger, signal });
  const log = await events(claimed);
  tellPartitions(metrics, log.partitions);
  await reach('Postgres', () => claimLogIdentity(stores.database, log), { logger, signal, fatal: isMismatch });
  const { clock, ...time } = createSharedClock({ database: stores.database, logger });
  await reach('Postgres', time.measure, { logger, signal });
  const guarding = { database: stores.database, log, logger };
  opened(await reach('the end of the log', () => guardLogLength(guarding), { logger, signal }));
  const erasures = await openErasures(context, { openTopic, visitTopic }, stores.sealing);
  const verifier = createTokenVerifier(tokenSettings(config), { now: clock.wallMs });
  const { rateLimits, background } = openRateLimits({ config, logger }, stores.database);
  const admission = createAdmission({
    verifier,
    limits: rateLimits,
    internalSecrets: internalSecrets(config).map((secret) => secret()),
    defaultTenant: config.AUTH_DEFAULT_TENANT,
  });
  const { opsUrl } = ops;
  const keyCheck = createKeyCheck({ log, sealing: stores.sealing, logger, metrics });
  const made = { shedding, log, openTopic, erasures, verifier, rateLimits, admission, clock, clockCheck: time.check };
  const running = [loopDelay, ...background, keyCheck, time.service];
  return { config, info, logger, metrics, ops, opsUrl, ...made, ...stores, background: running };
}

/**
 * Before anything can be served, every key that was ever destroyed is made sure to be destroyed in this key store too:
 * it may have come back from a backup.
 */
async function openErasures(
  { logger, signal, opened }: Context,
  topics: Pick<Topics, 'openTopic' | 'visitTopic'>,
  sealing: SealingService,
): Promise<Erasures> {
  const replay = () =>
    topics.visitTopic(ERASURES_TOPIC, (topic) => replayErasures(topic, (keys) => sealing.destroyListed(keys)));
  const { destroyed, whole, ...read } = await reach('the erasure list', replay, { logger, signal, fatal: isMismatch });
  if (!whole) logger.error(read, 'records of the erasure list are gone: a restored key store may hold erased keys');
  if (destroyed > 0)
    logger.warn({ ...read, destroyed }, 'the key store held keys that were destroyed: destroyed again');
  const list = createErasureList({ open: () => topics.openTopic(ERASURES_TOPIC) });
  opened(() => list.close());
  return createErasures({ list, sealing });
}

/** Buckets of this process, and the exchange that brings them together with those of the others. */
function openRateLimits(
  { config, logger }: { config: RuntimeConfig; logger: Logger },
  database: Database,
): Pick<Runtime, 'rateLimits' | 'background'> {
  const rates = rateLimitsOf(config);
  const exchange = createRateExchange({
    database,
    limits: () => rateLimits,
    onFault: (error) => logger.debug({ err: error }, 'rate limits not exchanged, trying again'),
  });
  const rateLimits = createRateLimits({ rates, onConsume: exchange.onConsume });
  return { rateLimits, background: Object.values(rates).some(Boolean) ? [exchange] : [] };
}
