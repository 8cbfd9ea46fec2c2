import { parseArgs } from 'node:util';
import { StackError } from '../errors';
import { checkoutRoot } from '../paths';
import type { GivenUrls, StackPorts } from '../stack';
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';

export interface DevOptions {
  /** Start from nothing: the data directory is cleared. */
  fresh: boolean;
  /** Keep messages in the Mongo store. */
  mongo: boolean;
  /** Brokers of the embedded Kafka; what the data directory was begun with, or 1, where nothing is said. */
  brokers?: number | undefined;
  /** Processes of the service: with 2, the projector has one of its own. */
  processes: 1 | 2;
  /** Show the log of the service in the terminal; it is in a file in any case. */
  logs: boolean;
  dataDir: string;
  given: GivenUrls;
  ports: Required<StackPorts> & {
    api: number;
    realtime: number;
    grpc: number;
    ops: number;
    demo: number;
    projectorOps: number;
  };
}

const usage = `npm start [-- --fresh] [--mongo] [--brokers 3] [--processes 2] [--logs]

  --fresh  clear the data directory first
  --mongo  keep messages in the Mongo store (an embedded test server, or MONGO_URL)
  --brokers 3  a Kafka of three brokers, on every second port from KAFKA_PORT on
  --processes 2  the projector in a process of its own: the default where there are four cores or more
  --logs   show the service's log in the terminal as well

Environment (default): DATA_DIR (./.data), API_PORT (4000), REALTIME_PORT (4001), OPS_PORT (4002), DEMO_PORT (4003),
  PROJECTOR_OPS_PORT (4004), GRPC_PORT (9090), KAFKA_PORT (9092), KAFKA_CONTROLLER_PORT (9093), POSTGRES_PORT (5433), MONGO_PORT (27018).
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

/** From so many cores on the service and its stores leave one over for another process of ours. */
const CORES_FOR_TWO = 4;

/** Whoever names the roles of the process has taken that into his own hands. */
const processesFrom = (text: string | undefined, env: NodeJS.ProcessEnv): 1 | 2 => {
  if (text === '2' && env.ROLES) throw new StackError('--processes 2 beside ROLES.', 'Leave one of them out.');
  if (text === '1' || text === '2') return text === '1' ? 1 : 2;
  if (text !== undefined) throw new StackError(`--processes ${text}: one process or two.`, usage);
  return availableParallelism() >= CORES_FOR_TWO && !env.ROLES ? 2 : 1;
};

/** @throws StackError for an unknown option or a value that is no port. */
export const parseOptions = (argv: string[], env: NodeJS.ProcessEnv): DevOptions => {
  const flag = { type: 'boolean', default: false } as const;
  const text = { type: 'string' } as const;
  const known = { fresh: flag, mongo: flag, logs: flag, brokers: text, processes: text };
  let values: { fresh?: boolean; mongo?: boolean; logs?: boolean; brokers?: string; processes?: string };
  try {
    ({ values } = parseArgs({ args: argv, options: known }));
  } catch (cause) {
    throw new StackError((cause as Error).message, usage, { cause });
  }
  return {
    fresh: values.fresh ?? false,
    mongo: values.mongo ?? false,
    logs: values.logs ?? false,
    brokers: brokersFrom(values.brokers),
    processes: processesFrom(values.processes, env),
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
      projectorOps: portFrom(env, 'PROJECTOR_OPS_PORT', 4004),
      kafka: portFrom(env, 'KAFKA_PORT', 9092),
      kafkaController: portFrom(env, 'KAFKA_CONTROLLER_PORT', 9093),
      postgres: portFrom(env, 'POSTGRES_PORT', 5433),
      mongo: portFrom(env, 'MONGO_PORT', 27018),
    },
  };
};
