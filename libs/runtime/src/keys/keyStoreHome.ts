import type { Database } from '@threadlog/read-models';

/** The key store is empty, and its keys are in the database that it was in before. */
export class KeyStoreMovedError extends Error {
  override readonly name = 'KeyStoreMovedError';
}

/**
 * Refuses to begin an empty key store beside one that has keys: every text so far would be unreadable, and new ones would be
 * sealed with keys that the old one does not have.
 */
export async function assertKeyStoreHome(keys: Database, former: Database): Promise<void> {
  if ((await hasKeys(keys)) || !(await hasKeys(former))) return;
  throw new KeyStoreMovedError(
    'KEYSTORE_DATABASE_URL names a key store without keys, and the schema keystore of DATABASE_URL has them: copy it first ' +
      '(pg_dump --schema=keystore, see docs/operations.md), or take KEYSTORE_DATABASE_URL away',
  );
}

async function hasKeys(database: Database): Promise<boolean> {
  const { rows } = await database.query<{ there: boolean }>(`select to_regclass('keystore.keys') is not null as there`);
  if (!rows[0]!.there) return false;
  const found = await database.query<{ some: boolean }>('select exists (select from keystore.keys) as some');
  return found.rows[0]!.some;
}
