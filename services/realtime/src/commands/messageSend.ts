import { messagePostSchema } from '@threadlog/commands';
import type { MessageResource } from '@threadlog/events';
import type { SocketCommand } from './define';
import { execute } from './execute';
import { threadWithin } from './within';

/** The client's own id is the idempotency key, so sending again after a lost ack is safe. */
export const messageSend: SocketCommand<'message:send'> = async (payload, context, deps) => {
  const { conversationId, threadId, tempId, ...message } = payload;
  const input = messagePostSchema.parse({
    ...message,
    threadId: threadWithin(conversationId, threadId ?? conversationId),
    metadata: message.metadata ?? null,
    replyTo: message.replyTo ?? null,
    clientMessageId: tempId ?? null,
  });
  return (await execute({ type: 'message.post', input }, tempId ?? null, context, deps)) as MessageResource;
};
