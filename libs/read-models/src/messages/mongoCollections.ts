import type { Db } from 'mongodb';
import { isServerError } from './mongoErrors';

/** Without the journal a server that stands alone acknowledges what a kill would take away again. */
export const DURABLE = { w: 'majority', journal: true } as const;

const TRIES = 3;

/** Drops a collection; one that is not there, or that somebody else is just dropping, is no fault. */
export async function dropCollection(db: Db, name: string): Promise<void> {
  for (let tried = 1; ; tried += 1) {
    try {
      return void (await db.dropCollection(name));
    } catch (error) {
      if (isNotThere(error)) return;
      // Half of it is gone: who began that ends it, or the next try does.
      if (!isHalfGone(error) || tried === TRIES) throw error;
    }
  }
}

/** Before 7.0, servers refuse to drop a collection that is not there; not all of them with the code. */
function isNotThere(error: unknown): boolean {
  return isServerError(error) && (error.code === 26 || error.message === 'ns not found');
}

function isHalfGone(error: unknown): boolean {
  return isServerError(error) && (error.code === 27 || error.message.startsWith('index not found'));
}
