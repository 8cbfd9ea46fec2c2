import { messageEditSchema } from '@threadlog/commands';
import type { MessageResource } from '@threadlog/events';
import type { SocketCommand } from './define';
import { execute } from './execute';

export const messageEdit: SocketCommand<'message:edit'> = async (payload, context, deps) => {
  const threadId = await deps.lookUps.threadOf(context.connection.actor.tenantId, payload.messageId);
  const input = messageEditSchema.parse({ threadId, ...payload });
  return (await execute({ type: 'message.edit', input }, null, context, deps)) as MessageResource;
};
