import type { Database, DatabaseOptions } from '@threadlog/read-models';
import { cleanupLast } from '../cleanup';
import { freshDatabase, freshMongo } from './databases';
import { openPool } from './connections';
import { readHandover } from './handover';
import { ownCluster, type OwnCluster } from './ownCluster';
import { ownKafka, type OwnKafka } from './ownKafka';
import { ownPostgres, type OwnPostgres } from './ownPostgres';
import { threeBrokers, type OwnBroker } from './threeBrokers';
import { createTopic, topicPrefix, type FreshTopicOptions } from './topics';

/** The servers of this run, and things of one's own on them that are removed at the end of the test file. */
export interface TestStack {
  readonly kafkaBrokers: string[];
  /** Shared: use `freshDatabase` for anything that writes. */
  readonly databaseUrl: string;
  /** Shared: use `freshMongo` for anything that writes. */
  readonly mongoUrl: string;
  /** URL of a new, empty Postgres database. Whoever is connected to it at the end fails the file. */
  freshDatabase(): Promise<string>;
  /** A pool with the settings of a process of ours, on a new database where no URL is given; ended at the end. */
  freshPool(options?: Partial<DatabaseOptions>): Promise<Database>;
  /** URL of a new, empty Mongo database. */
  freshMongo(): string;
  /** A prefix for topic names that nobody else uses. */
  topicPrefix(): string;
  /** Name of a new topic. */
  freshTopic(options?: FreshTopicOptions): Promise<string>;
  /** A broker that the test may kill, behind a proxy that may fail. Needs Java; takes 2 s. */
  ownKafka(): Promise<OwnKafka>;
  /** A server whose files the test may search. Takes 2 s. */
  ownPostgres(): Promise<OwnPostgres>;
  /** A cluster of so many brokers, none of which runs yet; `began`: with how many it begins. Needs Java; each takes 2 to 5 s. */
  ownCluster(size: number, began?: number): Promise<OwnCluster>;
  /** A cluster that runs, of which any one may go, each behind a proxy. Needs Java; takes 10 s and 900 MB. */
  threeBrokers(): Promise<OwnBroker[]>;
}

/**
 * The test stack of this run, for `*.int.test.ts` and `*.e2e.test.ts`. Call it where the file or a `describe` is set
 * up. What it hands out goes when all other hooks of that have run.
 */
export const testStack = (): TestStack => {
  const { kafkaBrokers: list, databaseUrl, mongoUrl } = readHandover();
  const cleanups = cleanupLast();
  const kafkaBrokers = list.split(',');
  return {
    kafkaBrokers,
    databaseUrl,
    mongoUrl,
    freshDatabase: () => freshDatabase(databaseUrl, cleanups),
    freshPool: async (options = {}) =>
      openPool({ url: options.url ?? (await freshDatabase(databaseUrl, cleanups)), ...options }, cleanups),
    freshMongo: () => freshMongo(mongoUrl, cleanups),
    topicPrefix: () => topicPrefix(kafkaBrokers, cleanups),
    freshTopic: async (options = {}) => {
      const topic = `${topicPrefix(kafkaBrokers, cleanups)}topic`;
      await createTopic(kafkaBrokers, topic, options);
      return topic;
    },
    ownKafka: () => ownKafka(cleanups),
    ownPostgres: () => ownPostgres(cleanups),
    ownCluster: (size, began) => ownCluster(cleanups, size, began),
    threeBrokers: () => threeBrokers(cleanups),
  };
};
