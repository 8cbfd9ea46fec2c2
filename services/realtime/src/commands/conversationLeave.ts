import { rootThreadId } from '@threadlog/events';
import type { SocketCommand } from './define';

export const conversationLeave: SocketCommand<'conversation:leave'> = async ({ conversationId }, context, deps) => {
  await context.started;
  const threadId = rootThreadId(conversationId);
  const { subscriptions, left } = context.connection;
  const subscription = subscriptions.get(threadId);
  if (subscription) deps.rooms.end(subscription);
  if (subscription) left.add(threadId);
  return { conversationId };
};
