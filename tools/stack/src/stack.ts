import { startKafka } from './kafka';
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
  readonly servers: { kafka?: Server; postgres?: Server; mongo?: Server };
  /** Kafka first, then the databases: nothing writes to a store that is gone. Idempotent. */
  stop(): Promise<void>;
}

const startAll = async (options: StackOptions): Promise<Stack['servers']> => {
  const { dataDir, given = {}, ports = {}, forTests = false, log } = options;
  const wanted = {
    kafka: () =>
      startKafka({
        dataDir,
        port: ports.kafka,
        controllerPort: ports.kafkaController,
        jit: forTests ? 'fast-start' : 'full',
        log,
      }),
    postgres: () => startPostgres({ dataDir, port: ports.postgres, durability: forTests ? 'process' : 'machine' }),
    mongo: () => startMongo({ dataDir, port: ports.mongo, log }),
  };
  const results = await Promise.allSettled([
    given.kafkaBrokers ? undefined : wanted.kafka(),
    given.databaseUrl ? undefined : wanted.postgres(),
    given.mongoUrl || !options.mongo ? undefined : wanted.mongo(),
  ]);
  const [kafka, postgres, mongo] = results.map((result) => (result.status === 'fulfilled' ? result.value : undefined));
  const failed = results.find((result) => result.status === 'rejected');
  if (failed) {
    await Promise.all([kafka, postgres, mongo].map((server) => server?.stop()));
    throw failed.reason;
  }
  return { kafka, postgres, mongo };
};

const urlsOf = (servers: Stack['servers'], given: GivenUrls): StackUrls => ({
  kafkaBrokers: given.kafkaBrokers || servers.kafka?.url || '',
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
      await servers.kafka?.stop();
      await Promise.all([servers.postgres?.stop(), servers.mongo?.stop()]);
    },
  };
};
