import { rootThreadId, type SignalOf, type TenantId } from '@threadlog/events';
import type { Signals } from '@threadlog/runtime';
import { frame, placeOf } from '../frames';
import { threadRoom } from '../records';
import type { Connection } from '../rooms/connection';
import type { Connections } from '../rooms/connections';
import type { Rooms } from '../rooms/rooms';

/** Milliseconds after which somebody who does not say so again does not type any more. */
const TYPING_TTL_MS = 6_000;
/** The same said again within this time is not passed on; clients say it with every key. */
const REPEAT_MS = 2_000;

export interface Typing {
  /** A socket's user types, or has stopped. */
  say(connection: Connection, threadId: string, isTyping: boolean): void;
  /** Whether a socket's user is known to type there. */
  says(connection: Connection, threadId: string): boolean;
  /** Somebody's message is there: whoever wrote it does not type it any more. */
  posted(tenantId: TenantId, threadId: string, userId: string): void;
  /** An instance's word. */
  heard(signal: SignalOf<'TYPING'>): void;
  /** A socket is gone: its user stops typing. */
  left(connection: Connection): void;
  /** Ends what was not said again; called on a timer. */
  sweep(): void;
}

export interface TypingDeps {
  rooms: Pick<Rooms, 'emitVolatile'>;
  connections: Pick<Connections, 'of'>;
  /** Threads in which one socket may type at a time. */
  maxThreads: number;
  publish: Signals['publish'];
  /** Milliseconds since 1970. */
  now: () => number;
}

interface Typist {
  tenantId: TenantId;
  threadId: string;
  userId: string;
  until: number;
}

/** Everybody in the room but the typist is told, as far as their sockets can take it at that moment. */
export function createTyping({ rooms, connections, maxThreads, publish, now }: TypingDeps): Typing {
  /** What each socket has said and not taken back, by thread: when it was passed on. */
  const said = new WeakMap<Connection, Map<string, number>>();
  const typists = new Map<string, Typist>();

  function tell({ tenantId, threadId, userId }: Typist, isTyping: boolean, volatile = true): void {
    const own = [...connections.of(tenantId, userId)].map(({ wire }) => wire.id);
    rooms.emitVolatile(
      threadRoom(tenantId, threadId),
      frame('user:typing', { ...placeOf(threadId), userId, isTyping }),
      own,
      { volatile },
    );
  }

  function say(connection: Connection, threadId: string, isTyping: boolean): void {
    const threads = said.get(connection) ?? new Map<string, number>();
    said.set(connection, threads);
    const before = threads.get(threadId);
    if (isTyping ? before !== undefined && now() - before < REPEAT_MS : before === undefined) return;
    threads.delete(threadId);
    if (isTyping) {
      const [oldest] = threads.keys();
      if (oldest !== undefined && threads.size >= maxThreads) say(connection, oldest, false);
      threads.set(threadId, now());
    }
    const { tenantId, id: user_id } = connection.actor;
    publish(tenantId, 'TYPING', { thread_id: threadId, user_id, is_typing: isTyping });
  }

  const keyOf = (tenantId: TenantId, threadId: string, userId: string) =>
    `${threadRoom(tenantId, rootThreadId(threadId))}/${threadId}/${userId}`;

  return {
    say,
    says: (connection, threadId) => said.get(connection)?.has(threadId) ?? false,
    posted(tenantId, threadId, userId) {
      // Signals of a user stay in order: this one also ends what is on its way.
      for (const connection of connections.of(tenantId, userId)) say(connection, threadId, false);
      const key = keyOf(tenantId, threadId, userId);
      const typist = typists.get(key);
      if (!typist) return;
      typists.delete(key);
      // Behind the message in the same turn a socket takes nothing that is volatile.
      tell(typist, false, false);
    },
    heard({ tenant_id: tenantId, data: { thread_id: threadId, user_id: userId, is_typing: isTyping } }) {
      const key = keyOf(tenantId, threadId, userId);
      const typist = { tenantId, threadId, userId, until: now() + TYPING_TTL_MS };
      const known = typists.has(key);
      if (isTyping) typists.set(key, typist);
      else typists.delete(key);
      if (isTyping || known) tell(typist, isTyping);
    },
    left(connection) {
      for (const threadId of [...(said.get(connection)?.keys() ?? [])]) say(connection, threadId, false);
    },
    sweep() {
      for (const [key, typist] of typists) {
        if (typist.until > now()) continue;
        typists.delete(key);
        tell(typist, false);
      }
    },
  };
}
