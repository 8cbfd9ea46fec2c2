import { randomBytes } from 'node:crypto';
import type { Cleanups } from '../cleanup';
import { eventually } from '../eventually';
import { runSql } from './connections';

/** Lower-case letters and digits: valid as a database, a topic and a schema name. */
export const uniqueName = (): string => `t${randomBytes(6).toString('hex')}`;

const withDatabase = (url: string, database: string): string => {
  const changed = new URL(url);
  changed.pathname = `/${database}`;
  return changed.href;
};

const CONNECTIONS = `select concat_ws(' ', 'pid', pid, application_name, state, left(query, 80)) as connection
  from pg_stat_activity where datname = $1 and backend_type = 'client backend'`;

/** The server notices a moment later that a connection was closed, and a killed process's later than that. */
const CLOSING_MS = 5_000;

/** Drops a database that nobody is connected to any more. @throws who is, after dropping it all the same. */
const dropDatabase = async (databaseUrl: string, name: string): Promise<void> => {
  const connected = async () =>
    (await runSql<{ connection: string }>(databaseUrl, CONNECTIONS, [name])).map(({ connection }) => connection);
  const nobody = async () => {
    const left = await connected();
    if (left.length === 0) return;
    throw new Error(`This test file ends while connections to its database ${name} are open:\n  ${left.join('\n  ')}`);
  };
  try {
    await eventually(nobody, { timeoutMs: CLOSING_MS, intervalMs: 50 });
  } finally {
    await runSql(databaseUrl, `drop database if exists ${name} with (force)`);
  }
};

/** Creates an empty Postgres database that is dropped at the end of the test file. */
export const freshDatabase = async (databaseUrl: string, cleanups: Cleanups): Promise<string> => {
  const name = uniqueName();
  await runSql(databaseUrl, `create database ${name}`);
  cleanups.add(() => dropDatabase(databaseUrl, name));
  return withDatabase(databaseUrl, name);
};

/** Names an empty Mongo database that is dropped at the end of the test file. */
export const freshMongo = (mongoUrl: string, cleanups: Cleanups): string => {
  const url = withDatabase(mongoUrl, uniqueName());
  cleanups.add(async () => {
    // Loaded only where it is used: unit tests import this package, too.
    const { createMongo } = await import('@threadlog/read-models');
    const client = createMongo(url);
    try {
      await client.db().dropDatabase();
    } finally {
      await client.close();
    }
  });
  return url;
};
