import type { Connection } from '../rooms/connection';

/** Whether an event may bring this socket into a thread: not while it starts, not where it is or has left itself. */
export function mayEnter({ state, subscriptions, left }: Connection, threadId: string): boolean {
  return state === 'ready' && !subscriptions.has(threadId) && !left.has(threadId);
}
