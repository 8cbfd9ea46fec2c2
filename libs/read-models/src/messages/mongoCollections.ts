import { MongoServerError, type Db } from 'mongodb';

/** Without the journal a server that stands alone acknowledges what a kill would take away again. */
export const DURABLE = { w: 'majority', journal: true } as const;

/** Drops a collection; one that is not there is no fault. */
export async function dropCollection(db: Db, name: string): Promise<void> {
  await db.dropCollection(name).catch((error: unknown) => {
    if (!isNotThere(error)) throw error;
  });
}

/** Before 7.0, servers refuse to drop a collection that is not there; not all of them with the code. */
function isNotThere(error: unknown): boolean {
  return error instanceof MongoServerError && (error.code === 26 || error.message === 'ns not found');
}
