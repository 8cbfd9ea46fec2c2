import { rootThreadId } from '@threadlog/events';
import type { SocketCommand } from './define';
import { threadWithin } from './within';

/** Shows the latest page of a thread, and follows its conversation from now on. */
export const threadSwitch: SocketCommand<'thread:switch'> = async ({ conversationId, threadId }, context, deps) => {
  await context.started;
  const { connection } = context;
  const root = rootThreadId(threadWithin(conversationId, threadId));
  const target = await deps.lookUps.readTarget(connection.actor, { threadId });
  if (!connection.subscriptions.has(root)) await deps.joins.join(connection, root, new Map());
  return deps.latestPage(connection.actor, target);
};
