import { startOwnSystem } from './ownSystem';
import { givenSystem, type GivenSystem, type System } from './system';

export interface OpenOptions {
  given: GivenSystem | null;
  /** Of a Kafka of our own; 1 by default. */
  brokers?: number;
  env?: NodeJS.ProcessEnv;
  /** Whether the service of a system of our own is to be profiled. */
  inspect?: boolean;
  report: (line: string) => void;
}

/** The system that was given, else one of our own. Servers that the environment names are used in place of embedded ones. */
export async function openSystem(options: OpenOptions): Promise<System> {
  const { given, env = process.env, report, brokers, inspect } = options;
  if (given) return givenSystem(given);
  report('Starting Kafka, Postgres and the service ...');
  const { KAFKA_BROKERS: kafkaBrokers, DATABASE_URL: databaseUrl } = env;
  return startOwnSystem({ given: { kafkaBrokers, databaseUrl }, brokers, env, inspect, report });
}
