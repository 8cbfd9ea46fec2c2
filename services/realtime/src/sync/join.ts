import { problem, rootThreadId, type ProblemCode, notThere } from '@threadlog/events';
import { problemOf } from '@threadlog/service';
import { lostFrame } from '../frames';
import type { Connection } from '../rooms/connection';
import type { Subscription } from '../rooms/connection';
import { withAccess, type Access } from './access';
import type { CatchUp, CatchUpDeps, Stream } from './catchUp';

export interface JoinDeps extends CatchUpDeps {
  catchUp: CatchUp;
}

/** Seqs that a client has, by thread id: a root and sub-threads of it. */
export type Since = ReadonlyMap<string, number>;

export interface Joins {
  /**
   * Puts a socket into the room of a root thread and brings it up to date. Resolves with the thread's seq at the
   * moment it joined, when it is live. Rejects with `not_found` where the access rule hides the thread.
   */
  join(connection: Connection, threadId: string, since: Since): Promise<{ seq: number }>;
  /** The same for a thread that the client had, unless an event has ended its resume meanwhile: what it may not see any more is told with `conversation:deleted`. Rejects when nobody knows. */
  rejoin(connection: Connection, threadId: string): Promise<void>;
  /** Opens a place and plans its streams, in the turn in which access is known. */
  open(connection: Connection, threadId: string, access: OpenAccess, since: Since): Opened;
}

export type OpenAccess = Omit<Access, 'version'> & { version: number | null };
export interface Opened {
  subscription: Subscription;
  streams: Stream[];
}

export function createJoins(deps: JoinDeps): Joins {
  const { rooms, catchUp, limits } = deps;

  function open(connection: Connection, threadId: string, access: OpenAccess, since: Since): Opened {
    const former = connection.subscriptions.get(threadId);
    if (former) rooms.end(former);
    connection.left.delete(threadId);
    connection.resuming.delete(threadId);
    const subscription = rooms.open(connection, threadId, access);
    const streams = [...since].map(([id, seq]) => {
      const known = id === threadId ? access.version : null;
      return catchUp.plan(subscription, { threadId: id, since: seq, known });
    });
    return { subscription, streams };
  }

  /** Without `given`, the resume that waits. */
  async function join(connection: Connection, threadId: string, given: Since | null): Promise<{ seq: number }> {
    if (connection.subscriptions.size >= limits.threadsPerConnection && !connection.subscriptions.has(threadId)) {
      throw problem('conflict', `A socket may be in ${limits.threadsPerConnection} threads at most.`);
    }
    const opened = await withAccess(deps, connection, threadId, (access) => {
      if (!access) throw notThere();
      if (connection.state === 'closed') throw problem('unavailable', 'The socket is closed.');
      // A resume that still waits is done by whoever comes first.
      const since = given?.size ? given : (connection.resuming.get(threadId) ?? given);
      if (!since) throw notThere();
      // What is on its way to a place that is open already must not be cut off by asking for it again.
      if (since.size === 0 && connection.subscriptions.has(threadId)) return { seq: access.version };
      return { ...open(connection, threadId, access, since), seq: access.version };
    });
    if ('subscription' in opened) await catchUp.run(opened.subscription, opened.streams);
    return { seq: opened.seq };
  }

  return {
    open,
    join,
    async rejoin(connection, threadId) {
      const waiting = () => connection.state !== 'closed' && connection.resuming.has(threadId);
      if (!waiting()) return;
      try {
        await join(connection, threadId, null);
      } catch (cause) {
        if (!waiting()) return;
        const reason = UNFOLLOWED[problemOf(cause)?.code ?? 'internal'];
        if (!reason) throw cause;
        const since = connection.resuming.get(threadId)!;
        connection.resuming.delete(threadId);
        for (const id of since.keys()) connection.wire.emit(lostFrame(id, reason));
      }
    },
  };
}

/** Why a thread that a client had is not followed: the access rule hides it, or the socket is in too many. */
const UNFOLLOWED: { [C in ProblemCode]?: 'hidden' | 'limit' } = { not_found: 'hidden', conflict: 'limit' };

/** Seqs by thread, grouped by the root whose room they need. */
export function byRoot(since: Since): Map<string, Since> {
  const roots = new Map<string, Map<string, number>>();
  for (const [threadId, seq] of since) {
    const root = rootThreadId(threadId);
    roots.set(root, (roots.get(root) ?? new Map()).set(threadId, seq));
  }
  return roots;
}
