import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import type { Cleanups } from '../cleanup';

/** Lower-case letters and digits: valid as a database, a topic and a schema name. */
export const uniqueName = (): string => `t${randomBytes(6).toString('hex')}`;

const withDatabase = (url: string, database: string): string => {
  const changed = new URL(url);
  changed.pathname = `/${database}`;
  return changed.href;
};

const execute = async (url: string, statement: string): Promise<void> => {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
};

/** Creates an empty Postgres database that is dropped, connections or not, at the end of the test file. */
export const freshDatabase = async (databaseUrl: string, cleanups: Cleanups): Promise<string> => {
  const name = uniqueName();
  await execute(databaseUrl, `create database ${name}`);
  cleanups.add(() => execute(databaseUrl, `drop database if exists ${name} with (force)`));
  return withDatabase(databaseUrl, name);
};

/** Names an empty Mongo database that is dropped at the end of the test file. */
export const freshMongo = (mongoUrl: string, cleanups: Cleanups): string => {
  const url = withDatabase(mongoUrl, uniqueName());
  cleanups.add(async () => {
    // Loaded only where it is used: unit tests import this package, too.
    const { MongoClient } = await import('mongodb');
    const client = new MongoClient(url, { serverSelectionTimeoutMS: 5_000 });
    try {
      await client.db().dropDatabase();
    } finally {
      await client.close();
    }
  });
  return url;
};
