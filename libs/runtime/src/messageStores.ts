import {
  createMongo,
  createMongoMessageStore,
  createPostgresMessageStore,
  type Database,
  type MessageStore,
} from '@threadlog/read-models';
import { presentBehalf, type HealthCheck } from '@threadlog/service';
import { inTime, LONGEST_ANSWER_MS } from './inTime';
import type { Runtime } from './runtime';

export interface MessageStores {
  kind: 'postgres' | 'mongo';
  of: Runtime['messageStore'];
  /** Whether the server answers; undefined where messages are in Postgres, which is looked at anyway. */
  check: HealthCheck | undefined;
  close(): Promise<void>;
}

/** Database of messages where the URL names none; the driver's own default would be `test`. */
const DEFAULT_DATABASE = 'threadlog';
const NAMED_DATABASE = /^mongodb(\+srv)?:\/\/[^/]+\/[^?]/;

/** Messages where the configuration wants them: MongoDB when there is a URL, else the database of the read model. */
export function createMessageStores(
  database: Database,
  mongoUrl: string | undefined,
  longestAnswerMs = LONGEST_ANSWER_MS,
): MessageStores {
  if (mongoUrl === undefined) {
    return {
      kind: 'postgres',
      of: (generation) => createPostgresMessageStore({ database, generation: () => generation }),
      check: undefined,
      close: () => Promise.resolve(),
    };
  }
  const client = createMongo(mongoUrl);
  const db = client.db(NAMED_DATABASE.test(mongoUrl) ? undefined : DEFAULT_DATABASE);
  return {
    kind: 'mongo',
    of: (generation) => answering(longestAnswerMs, createMongoMessageStore({ db, generation: () => generation })),
    check: { name: 'mongo', check: oneAtATime(async () => void (await db.command({ ping: 1 }))) },
    close: () => client.close(),
  };
}

/** What is read for somebody who waits. */
const READS = [
  'byKeys',
  'byId',
  'byIds',
  'page',
  'pinned',
  'lastOf',
  'changedSince',
  'textsOf',
  'editsOf',
  'editsOfEach',
] as const satisfies (keyof MessageStore)[];

/** As the pool of Postgres does it: what is read for a tenant is given up once it is late. */
function answering(longestMs: number, store: MessageStore): MessageStore {
  const timed = READS.map((name) => {
    const read = store[name] as (...args: unknown[]) => Promise<unknown>;
    return [name, (...args: unknown[]) => (presentBehalf() ? inTime(longestMs, read(...args)) : read(...args))];
  });
  return { ...store, ...(Object.fromEntries(timed) as Pick<MessageStore, (typeof READS)[number]>) };
}

/** A server that stands still answers nothing: whoever asks meanwhile waits for the same answer, not on a connection more. */
function oneAtATime(ask: () => Promise<void>): () => Promise<void> {
  let asked: Promise<void> | undefined;
  return () => (asked ??= ask().finally(() => (asked = undefined)));
}
