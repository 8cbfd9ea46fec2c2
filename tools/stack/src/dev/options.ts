import { parseArgs } from 'node:util';
import { StackError } from '../errors';
import { checkoutRoot } from '../paths';
import type { GivenUrls, StackPorts } from '../stack';
import { resolve } from 'node:path';

export interface DevOptions {
  /** Start from nothing: the data directory is cleared. */
  fresh: boolean;
  /** Keep messages in the Mongo store. */
  mongo: boolean;
  /** Brokers of the embedded Kafka; what the data directory was begun with, or 1, where nothing is said. */
  brokers?: number | undefined;
  /** Show the log of the service in the terminal; it is in a file in any case. */
  logs: boolean;
  dataDir: string;
  given: GivenUrls;
  ports: Required<StackPorts> & { api: number; realtime: number; grpc: number; ops: number; demo: number };
}

const usage = `npm start [-- --fresh] [--mongo] [--brokers 3] [--logs]

  --fresh  clear the data directory first
  --mongo  keep messages in the Mongo store (an embedded test server, or MONGO_URL)
  --brokers 3  a Kafka of three brokers, on every second port from KAFKA_PORT on
  --logs   show the service's log in the terminal as well

Environment (default): DATA_DIR (./.data), API_PORT (4000), REALTIME_PORT (4001), OPS_PORT (4002), DEMO_PORT (4003),
  GRPC_PORT (9090), KAFKA_PORT (9092), KAFKA_CONTROLLER_PORT (9093), POSTGRES_PORT (5433), MONGO_PORT (27018).
KAFKA_BROKERS, DATABASE_URL and MONGO_URL name running servers, which are used in place of the embedded ones.`;

const portFrom = (env: NodeJS.ProcessEnv, variable: string, fallback: number): number => {
  const text = env[variable];
  if (!text) return fallback;
  const port = Number(text);
  if (Number.isInteger(port) && port > 0 && port < 65_536) return port;
  throw new StackError(`${variable}=${text} is not a port.`, 'Ports are whole numbers from 1 to 65535.');
};

const brokersFrom = (text: string | undefined): number | undefined => {
  if (text === undefined || text === '1' || text === '3') return text === undefined ? undefined : Number(text);
  throw new StackError(
    `--brokers ${text}: one broker or three.`,
    'Of two, none may go; more than three need more memory.',
  );
};

/** @throws StackError for an unknown option or a value that is no port. */
export const parseOptions = (argv: string[], env: NodeJS.ProcessEnv): DevOptions => {
  const flag = { type: 'boolean', default: false } as const;
  const brokers = { type: 'string' } as const;
  let values: { fresh?: boolean; mongo?: boolean; logs?: boolean; brokers?: string };
  try {
    ({ values } = parseArgs({ args: argv, options: { fresh: flag, mongo: flag, logs: flag, brokers } }));
  } catch (cause) {
    throw new StackError((cause as Error).message, usage, { cause });
  }
  return {
    fresh: values.fresh ?? false,
    mongo: values.mongo ?? false,
    logs: values.logs ?? false,
    brokers: brokersFrom(values.brokers),
    dataDir: resolve(checkoutRoot, env.DATA_DIR || '.data'),
    given: {
      kafkaBrokers: env.KAFKA_BROKERS || undefined,
      databaseUrl: env.DATABASE_URL || undefined,
      mongoUrl: env.MONGO_URL || undefined,
    },
    ports: {
      api: portFrom(env, 'API_PORT', 4000),
      realtime: portFrom(env, 'REALTIME_PORT', 4001),
      grpc: portFrom(env, 'GRPC_PORT', 9090),
      ops: portFrom(env, 'OPS_PORT', 4002),
      demo: portFrom(env, 'DEMO_PORT', 4003),
      kafka: portFrom(env, 'KAFKA_PORT', 9092),
      kafkaController: portFrom(env, 'KAFKA_CONTROLLER_PORT', 9093),
      postgres: portFrom(env, 'POSTGRES_PORT', 5433),
      mongo: portFrom(env, 'MONGO_PORT', 27018),
    },
  };
};
