import {
  createMongo,
  createMongoMessageStore,
  createPostgresMessageStore,
  type Database,
} from '@threadlog/read-models';
import type { Runtime } from './runtime';

export interface MessageStores {
  kind: 'postgres' | 'mongo';
  of: Runtime['messageStore'];
  close(): Promise<void>;
}

/** Database of messages where the URL names none; the driver's own default would be `test`. */
const DEFAULT_DATABASE = 'threadlog';
const NAMED_DATABASE = /^mongodb(\+srv)?:\/\/[^/]+\/[^?]/;

/** Messages where the configuration wants them: MongoDB when there is a URL, else the database of the read model. */
export function createMessageStores(database: Database, mongoUrl: string | undefined): MessageStores {
  if (mongoUrl === undefined) {
    return {
      kind: 'postgres',
      of: (generation) => createPostgresMessageStore({ database, generation: () => generation }),
      close: () => Promise.resolve(),
    };
  }
  const client = createMongo(mongoUrl);
  const db = client.db(NAMED_DATABASE.test(mongoUrl) ? undefined : DEFAULT_DATABASE);
  return {
    kind: 'mongo',
    of: (generation) => createMongoMessageStore({ db, generation: () => generation }),
    close: () => client.close(),
  };
}
