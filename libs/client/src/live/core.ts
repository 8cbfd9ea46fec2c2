import type { Connection } from './connection.ts';
import { rootOf } from './ids.ts';
import type { OpenOutbox } from './outbox.ts';
import type { Http } from '../http/request.ts';
import type { messagesOf } from '../resources/messages.ts';
import type { presenceOf, reactionsOf } from '../resources/people.ts';
import type { readingOf } from '../resources/reading.ts';
import type { threadsOf } from '../resources/threads.ts';

/** What live views are made of. */
export interface Core {
  http: Http;
  threads: ReturnType<typeof threadsOf>;
  messages: ReturnType<typeof messagesOf>;
  reactions: ReturnType<typeof reactionsOf>;
  reading: ReturnType<typeof readingOf>;
  presence: ReturnType<typeof presenceOf>;
  connection: Connection;
  /** Where what waits is kept beyond the page. */
  outbox?: OpenOutbox;
  join: Join;
  report(error: unknown): void;
  /** Whether sending is held back: the client was paused or closed. */
  sendingHeld(): boolean;
}

/** Asks for what came to a thread after a seq. */
export type Join = (threadId: string, since: number) => Promise<unknown>;

/** Much may have been missed. */
const JOIN_TIMEOUT_MS = 30_000;

/** One after the other in a conversation: joining one of its threads ends a resume of another that is under way. */
export function createJoin(connection: Pick<Connection, 'command'>): Join {
  const last = new Map<string, Promise<unknown>>();
  return (threadId, since) => {
    const root = rootOf(threadId);
    const join = () => connection.command('conversation:join', { conversationId: threadId, since }, JOIN_TIMEOUT_MS);
    const turn = (last.get(root) ?? Promise.resolve()).then(join, join);
    last.set(root, turn);
    const end = () => {
      if (last.get(root) === turn) last.delete(root);
    };
    turn.then(end, end);
    return turn;
  };
}
