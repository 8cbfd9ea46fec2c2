import { problem, rootThreadId } from '@threadlog/events';
import type { SocketCommand } from './define';

/** Shows the latest page of a thread, and follows its conversation from now on. */
export const threadSwitch: SocketCommand<'thread:switch'> = async ({ conversationId, threadId }, context, deps) => {
  await context.started;
  const { connection } = context;
  const root = rootThreadId(threadId);
  if (root !== rootThreadId(conversationId)) throw problem('not_found', 'No such thread.');
  const target = await deps.lookUps.readTarget(connection.actor, { threadId });
  if (!connection.subscriptions.has(root)) await deps.joins.join(connection, root, new Map());
  return deps.latestPage(connection.actor, target);
};
