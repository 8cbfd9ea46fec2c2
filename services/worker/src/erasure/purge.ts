import { forgetWebhookAnswers, generationSchema, type Database, type MessageStore } from '@threadlog/read-models';
import { setTimeout as delay } from 'node:timers/promises';
import { waitSince, type EndKeysDeps } from './endKeys';
import type { ErasureDeps } from './ports';
import { erasedBy, type Erased, type Step } from './state';

export type PurgeDeps = Pick<ErasureDeps, 'database' | 'files' | 'messageStore'> &
  Pick<EndKeysDeps, 'keys' | 'projected' | 'now'>;

/**
 * Takes away what stands around the text: files of exports, rows of the index, dead row versions; and waits until no
 * process can open with a cached copy of a key. What others keep of it goes by itself: the index drops rows of deleted
 * messages, sockets are told, caches are as old as keys at most.
 */
export function purgeStep({ database, files, messageStore, keys, projected, now }: PurgeDeps): Step {
  return async ({ request, signal }, state) => {
    const erased = erasedBy(request);
    await dropFiles(files, erased, signal);
    const generations = await projected.everywhere(signal);
    await projected.indexed(generations, signal);
    for (const generation of generations) {
      signal.throwIfAborted();
      await vacuum(database, tablesOf(generation, messageStore(generation)));
    }
    await waitSince(state.destroyedAt, { ms: keys.letGoMs, now, signal });
    // At last: what was on its way to a receiver when the key closed has been answered by then.
    await forgetWebhookAnswers(database, erased.tenantId);
    await vacuum(database, ['threadlog.webhook_attempts']);
    return { ...state, step: 'verify' };
  };
}

const FILES_MS = 30_000;
const LOOK_EVERY_MS = 250;

/**
 * A file that is being written goes when its writer notices, a moment later. One that stays longer is found again when
 * everything is counted.
 */
async function dropFiles(
  files: PurgeDeps['files'],
  { tenantId, personId }: Erased,
  signal: AbortSignal,
): Promise<void> {
  const deadline = performance.now() + FILES_MS;
  await files.dropFor(tenantId, personId);
  while ((await files.countFor(tenantId, personId)) > 0 && performance.now() < deadline) {
    await delay(LOOK_EVERY_MS, undefined, { signal });
    await files.dropFor(tenantId, personId);
  }
}

function tablesOf(generation: number, { kind }: MessageStore): string[] {
  const schema = generationSchema(generation);
  const tables = kind === 'postgres' ? ['messages', 'message_search'] : ['message_search'];
  return [...tables, 'threads', 'users', 'webhook_endpoints', 'agents'].map((table) => `${schema}.${table}`);
}

/** Milliseconds this side waits for one table; the pool's own limit is for queries. */
const VACUUM_MS = 3_600_000;

/**
 * Frees what deleted and overwritten rows took. It does not run in a transaction, and large tables take longer than any
 * other statement may.
 */
async function vacuum(database: Database, tables: readonly string[]): Promise<void> {
  const client = await database.connect();
  let failure: Error | undefined;
  try {
    await client.query('set statement_timeout = 0');
    const unhurried = { query_timeout: VACUUM_MS };
    for (const table of tables) await client.query({ text: `vacuum ${table}`, ...unhurried });
  } catch (error) {
    failure = error as Error;
  }
  // Closing the connection forgets the timeout, whatever state the session is in.
  client.release(true);
  if (failure) throw failure;
}
