import { rootThreadId } from '@threadlog/events';
import type { SocketCommand } from './define';

export const conversationLeave: SocketCommand<'conversation:leave'> = async ({ conversationId }, context, deps) => {
  await context.started;
  const threadId = rootThreadId(conversationId);
  const { subscriptions, left } = context.connection;
  const subscription = subscriptions.get(threadId);
  if (subscription) deps.rooms.end(subscription);
  if (!subscription) return { conversationId };
  left.add(threadId);
  // Of more than it may be in, it does not stay out: an event brings it back into the one it left first.
  const [first] = left;
  if (first !== undefined && left.size > deps.limits.threadsPerConnection) left.delete(first);
  return { conversationId };
};
