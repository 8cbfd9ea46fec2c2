import type { Database, DatabaseOptions } from '@threadlog/read-models';
import type { Cleanups } from '../cleanup';

/** Opens a pool that is ended with the file, before its database goes. */
export const openPool = async (options: DatabaseOptions, cleanups: Cleanups): Promise<Database> => {
  // Loaded only where it is used: unit tests import this package, too.
  const { createDatabase } = await import('@threadlog/read-models');
  const database = createDatabase(options);
  cleanups.add(() => (database.ended ? undefined : database.end()));
  return database;
};

/** Runs one statement on a connection of its own. */
export const runSql = async <Row extends object>(url: string, text: string, values: unknown[] = []): Promise<Row[]> => {
  const { createDatabase } = await import('@threadlog/read-models');
  const database = createDatabase({ url, max: 1, applicationName: 'test-stack' });
  try {
    return (await database.query<Row>(text, values)).rows;
  } finally {
    await database.end();
  }
};
