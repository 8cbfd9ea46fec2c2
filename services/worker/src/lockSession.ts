import type { Database } from '@threadlog/read-models';
import type { PoolClient } from 'pg';

/** First halves of the advisory locks of workers: any fixed numbers nobody else uses. */
export const LOCK_SPACES = { parts: 7_402_114, feed: 7_402_115 };

/** Works with a connection whose advisory locks end with the work, or with the process. Rejects when it breaks. */
export async function inLockSession(sessions: Database, work: (client: PoolClient) => Promise<void>): Promise<void> {
  const client = await sessions.connect();
  // A connection that breaks is noticed by the next statement on it; without a listener it would end the process.
  client.on('error', () => undefined);
  try {
    await work(client);
  } finally {
    // Closing the connection gives the locks back, whatever state the session is in.
    client.release(true);
  }
}
