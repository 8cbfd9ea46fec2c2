import { canSee } from '@threadlog/auth';
import { rootThreadId } from '@threadlog/events';
import type { Connection } from '../rooms/connection';
import { seenOf, type Seen } from '../rooms/seen';
import type { CatchUpDeps } from './catchUp';
import { foldAccess } from './fold';

/** What a socket may see of a thread, as of the dispatch position. */
export interface Access extends Seen {
  /** Seq of the root. */
  version: number;
}

/**
 * Looks a root thread up and calls `use` in the turn in which the answer is true; null when the actor may not see it.
 * Rejects with `projection_lagging`.
 */
export function withAccess<R>(
  { dispatched, reader, settle }: Pick<CatchUpDeps, 'dispatched' | 'reader' | 'settle'>,
  connection: Connection,
  threadId: string,
  use: (access: Access | null) => R,
): Promise<R> {
  const { actor } = connection;
  const place = { tenantId: actor.tenantId, threadId: rootThreadId(threadId) };
  return settle.thread(
    place,
    () => reader.thread(place.tenantId, place.threadId, actor.id),
    (rows) => {
      const ring = dispatched.ringOf(place.tenantId, place.threadId);
      if (ring.closedSince(place.tenantId, rows.from).has(place.threadId)) return use(null);
      const found = foldAccess(rows, ring.since(place.tenantId, place.threadId, rows.from), actor);
      if (!found || !canSee(actor, found.access)) return use(null);
      return use({ ...seenOf(actor, found.access), version: found.version });
    },
  );
}
