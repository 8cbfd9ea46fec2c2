import { createPublicKey, type KeyObject } from 'node:crypto';
import { inTransaction, type Database } from '@threadlog/read-models';

/** Lets everybody see the public half of what is signed with from now on; none where nothing is. */
export async function publishKey(database: Database, key: KeyObject | undefined): Promise<void> {
  const { x } = key ? createPublicKey(key).export({ format: 'jwk' }) : { x: undefined };
  const keys = x === undefined ? [] : [Buffer.from(x, 'base64url').toString('base64')];
  await inTransaction(database, async (client) => {
    await client.query('delete from threadlog.webhook_keys where not public_key = any($1)', [keys]);
    await client.query('insert into threadlog.webhook_keys select unnest($1::text[]) on conflict do nothing', [keys]);
  });
}
