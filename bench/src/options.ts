import { parseArgs } from 'node:util';
import { PACES, type Pace } from './driver/load';
import { ROWS } from './rows';
import { givenSystemOf, systemFlags, UsageError } from './system/options';
import type { GivenSystem } from './system/system';

export interface BenchOptions {
  pace: Pace;
  /** Names of the rows to run; all where empty. */
  only: string[];
  /** Where the result is written; a file of its own in `bench/results` where null. */
  json: string | null;
  /** An earlier result to compare with. */
  compare: string | null;
  /** Folder for processor profiles of the service, one for each row; null for none. */
  profile: string | null;
  /** A commit whose service is measured by turns with ours; null for none. */
  against: string | null;
  /** Of the Kafka that is started: one, or a cluster of three. */
  brokers: number;
  /** A system that runs already; null for one of our own. */
  given: GivenSystem | null;
}

export const usage = `npm run bench [-- --quick] [--only ROW,...] [--json FILE] [--compare FILE]

  --quick         one short round of each row, under a minute
  --only ROWS     some of: ${ROWS.map(({ name }) => name).join(', ')}
  --json FILE     write the figures there rather than to bench/results/<time>.json
  --compare FILE  print how many times as good each figure is as in an earlier result
  --against REF   measure the service of another commit by turns with this one, and print how many times as good each
                  figure is now; the commit is checked out below .cache, and built there
  --brokers 3     with a Kafka of three brokers; KAFKA_REPLICATION_FACTOR=1 tells what is the cost of copies apart
  --profile DIR   write there a processor profile of the service for each row, and what it says in short

A Kafka, a Postgres and the service are started for the run, on free ports and a temporary directory;
KAFKA_BROKERS and DATABASE_URL replace the embedded servers. To measure a running system instead, with its rate limits off:
  --url URL --realtime URL --secret SECRET [--issuer ISSUER]   (HS256; issuer ${systemFlags.issuer.default} by default)`;

/** @throws UsageError for what is not an option, or makes no sense. */
export function parseBenchOptions(argv: string[]): BenchOptions {
  const values = parse(argv);
  const only = rowNames(values.only);
  const given = givenSystemOf(values);
  refuseTogether(values, given);
  return {
    pace: values.quick ? PACES.quick : PACES.normal,
    only,
    json: values.json ?? null,
    compare: values.compare ?? null,
    profile: values.profile ?? null,
    against: values.against ?? null,
    brokers: brokersOf(values.brokers),
    given,
  };
}

function brokersOf(text: string): number {
  if (text !== '1' && text !== '3') throw new UsageError(`--brokers ${text}: one broker or three.`);
  return Number(text);
}

function rowNames(text: string | undefined): string[] {
  const only = text?.split(',').map((name) => name.trim()) ?? [];
  const unknown = only.filter((name) => ROWS.every((row) => row.name !== name));
  if (unknown.length > 0) throw new UsageError(`There is no row ${unknown.join(', ')}.`);
  return only;
}

function refuseTogether(values: ReturnType<typeof parse>, given: GivenSystem | null): void {
  const { profile, against, compare, brokers } = values;
  if (brokers !== '1' && (given || against))
    throw new UsageError('--brokers is for one system of our own: not with --url or --against.');
  if (given && profile) throw new UsageError('--profile needs a system of its own: not with --url.');
  if (against && (given || profile || compare))
    throw new UsageError('--against starts two systems of its own: not with --url, --profile or --compare.');
}

function parse(argv: string[]) {
  try {
    return parseArgs({
      args: argv,
      options: {
        ...systemFlags,
        quick: { type: 'boolean', default: false },
        only: { type: 'string' },
        json: { type: 'string' },
        compare: { type: 'string' },
        profile: { type: 'string' },
        against: { type: 'string' },
        brokers: { type: 'string', default: '1' },
      },
    }).values;
  } catch (error) {
    throw new UsageError((error as Error).message, { cause: error });
  }
}
