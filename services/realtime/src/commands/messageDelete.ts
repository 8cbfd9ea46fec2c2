import { messageDeleteSchema } from '@threadlog/commands';
import type { SocketCommand } from './define';
import { execute } from './execute';

export const messageDelete: SocketCommand<'message:delete'> = async ({ messageId }, context, deps) => {
  const threadId = await deps.lookUps.threadOf(context.connection.actor.tenantId, messageId);
  const input = messageDeleteSchema.parse({ threadId, messageId });
  await execute({ type: 'message.delete', input }, null, context, deps);
  return { messageId };
};
