import { threadCreateSchema } from '@threadlog/commands';
import type { ThreadResource } from '@threadlog/events';
import type { SocketCommand } from './define';
import { execute } from './execute';

/** Branches a thread off a conversation: from one of its messages, or empty. */
export const threadCreate: SocketCommand<'thread:create'> = async (payload, context, deps) => {
  const { conversationId, title, rootMessageId } = payload;
  const input = threadCreateSchema.parse({
    parentThreadId: conversationId,
    title: title ?? null,
    rootMessageId: rootMessageId ?? null,
  });
  return (await execute({ type: 'thread.create', input }, null, context, deps)) as ThreadResource;
};
