import { startKafka } from './kafka';
import { startKafkaCluster } from './kafkaCluster';
import type { Report } from './jvm';
import { startMongo } from './mongo';
import { startPostgres } from './postgres';
import type { Server } from './server';

/** Addresses of servers that run already; each one given replaces an embedded one. */
export interface GivenUrls {
  kafkaBrokers?: string;
  databaseUrl?: string;
  mongoUrl?: string;
}

export interface StackPorts {
  kafka?: number;
  kafkaController?: number;
  postgres?: number;
  mongo?: number;
}

export interface StackOptions {
  dataDir: string;
  /** Several are a cluster, in which one may go. 1 by default. */
  brokers?: number;
  /** Whether a Mongo-compatible server is wanted; one that is given counts as wanted. */
  mongo?: boolean;
  given?: GivenUrls;
  /** Free ports are taken where none are given. */
  ports?: StackPorts;
  /** See `PostgresOptions.durability` and `KafkaOptions.jit`: tests start faster and need not survive a power cut. */
  forTests?: boolean;
  log?: Report;
}

export interface StackUrls {
  /** Comma-separated `host:port`. */
  kafkaBrokers: string;
  databaseUrl: string;
  /** Null where messages are kept in Postgres. */
  mongoUrl: string | null;
}

export interface Stack {
  readonly urls: StackUrls;
  /** Only what was started here. */
  readonly servers: { kafka?: readonly Server[]; postgres?: Server; mongo?: Server };
  /** Kafka first, then the databases: nothing writes to a store that is gone. Idempotent. */
  stop(): Promise<void>;
}

/** Several test files at a time, each with several processes of ours, which have some thirty connections each. */
const FOR_TESTS = { durability: 'process', maxConnections: 500 } as const;

const startBrokers = async ({ dataDir, brokers = 1, ports = {}, forTests, log }: StackOptions): Promise<Server[]> => {
  const { kafka: port, kafkaController: controllerPort } = ports;
  const jit = forTests ? 'fast-start' : 'full';
  if (brokers === 1) return [await startKafka({ dataDir, port, controllerPort, jit, log })];
  const first = port && controllerPort ? { first: port, firstController: controllerPort } : undefined;
  return startKafkaCluster({ dataDir, size: brokers, ports: first, jit, log });
};

const startAll = async (options: StackOptions): Promise<Stack['servers']> => {
  const { dataDir, given = {}, ports = {}, forTests = false, log } = options;
  const wanted = {
    kafka: () => startBrokers(options),
    postgres: () => startPostgres({ dataDir, port: ports.postgres, ...(forTests && FOR_TESTS) }),
    mongo: () => startMongo({ dataDir, port: ports.mongo, log }),
  };
  const results = await Promise.allSettled([
    given.kafkaBrokers ? undefined : wanted.kafka(),
    given.databaseUrl ? undefined : wanted.postgres(),
    given.mongoUrl || !options.mongo ? undefined : wanted.mongo(),
  ] as const);
  const [kafka, postgres, mongo] = results;
  const servers = { kafka: started(kafka), postgres: started(postgres), mongo: started(mongo) };
  const failed = results.find((result) => result.status === 'rejected');
  if (failed) {
    await Promise.all(allOf(servers).map((server) => server.stop()));
    throw failed.reason;
  }
  return servers;
};

const started = <T>(result: PromiseSettledResult<T>): T | undefined =>
  result.status === 'fulfilled' ? result.value : undefined;

/** One after the other, for who keeps each of them running. */
export const allOf = ({ kafka = [], postgres, mongo }: Stack['servers']): Server[] =>
  [...kafka, postgres, mongo].filter((server) => server !== undefined);

const urlsOf = (servers: Stack['servers'], given: GivenUrls): StackUrls => ({
  kafkaBrokers: given.kafkaBrokers || (servers.kafka ?? []).map(({ url }) => url).join(','),
  databaseUrl: given.databaseUrl || servers.postgres?.url || '',
  mongoUrl: given.mongoUrl || servers.mongo?.url || null,
});

/**
 * Starts what is not given, all at once, and waits until everything answers. When one part fails the others are
 * stopped before the error is thrown.
 */
export const startStack = async (options: StackOptions): Promise<Stack> => {
  const servers = await startAll(options);
  return {
    servers,
    urls: urlsOf(servers, options.given ?? {}),
    stop: async () => {
      await Promise.all((servers.kafka ?? []).map((broker) => broker.stop()));
      await Promise.all([servers.postgres?.stop(), servers.mongo?.stop()]);
    },
  };
};
