import { follows, type Connection } from '../rooms/connection';

/** Whether an event may bring this socket into a thread: not while it starts, not where it is, has left, or never follows. */
export function mayEnter(connection: Connection, threadId: string): boolean {
  const { state, subscriptions, left } = connection;
  return state === 'ready' && follows(connection, threadId) && !subscriptions.has(threadId) && !left.has(threadId);
}
