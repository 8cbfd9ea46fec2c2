import type { Connection } from './connection.ts';
import { rootOf } from './ids.ts';

/** Asks for what came to a thread after a seq. */
export type Join = (threadId: string, since: number) => Promise<unknown>;

export interface Rooms {
  join: Join;
  /** Somebody looks at a thread. Returns how to stop; `others`: the reader takes no part, so nothing else needs its frames. */
  enter(threadId: string): (others: boolean) => void;
}

/** Much may have been missed. */
const JOIN_TIMEOUT_MS = 30_000;
/** Threads of others that stay followed when nobody looks at them any more, the newest: who goes back and forth joins each once. */
const MOST_UNSEEN = 10;

/**
 * The rooms of a connection, one for a conversation with all its threads. Commands of a room go one after the other: joining
 * one of its threads ends a resume of another that is under way.
 */
export function createRooms(connection: Pick<Connection, 'command' | 'up'>): Rooms {
  const last = new Map<string, Promise<unknown>>();
  const views = new Map<string, number>();
  const unseen = new Set<string>();

  function inTurn(root: string, call: () => Promise<unknown>): Promise<unknown> {
    const turn = (last.get(root) ?? Promise.resolve()).then(call, call);
    last.set(root, turn);
    const end = () => {
      if (last.get(root) === turn) last.delete(root);
    };
    turn.then(end, end);
    return turn;
  }
  const leave = async (root: string) => {
    // A new connection is in one's own conversations alone, so there is nothing to leave without one.
    if (!views.has(root) && connection.up) await connection.command('conversation:leave', { conversationId: root });
  };
  const leaveOldest = () => {
    const [root] = unseen;
    if (root === undefined || unseen.size <= MOST_UNSEEN) return;
    unseen.delete(root);
    inTurn(root, () => leave(root)).catch(() => undefined);
  };

  return {
    join: (threadId, since) =>
      inTurn(rootOf(threadId), () =>
        connection.command('conversation:join', { conversationId: threadId, since }, JOIN_TIMEOUT_MS),
      ),
    enter(threadId) {
      const root = rootOf(threadId);
      unseen.delete(root);
      views.set(root, (views.get(root) ?? 0) + 1);
      return (others) => {
        const left = views.get(root)! - 1;
        if (left > 0) return void views.set(root, left);
        views.delete(root);
        if (others) unseen.add(root);
        leaveOldest();
      };
    },
  };
}
