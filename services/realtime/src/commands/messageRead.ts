import { readUpTo } from '@threadlog/commands';
import type { TenantId } from '@threadlog/events';
import type { SocketCommand } from './define';
import { execute } from './execute';
import type { LookUps } from './lookUps';
import { threadWithin } from './within';

/** Reads up to a message, in whichever of the conversation's threads it stands, or up to the newest of the one named. */
export const messageRead: SocketCommand<'message:read'> = async (payload, context, deps) => {
  const { conversationId } = payload;
  const messageId = payload.messageId ?? null;
  const { actor } = context.connection;
  const threadId = messageId
    ? await threadOf(deps.lookUps, actor.tenantId, { conversationId, messageId })
    : conversationId;
  const { position, unreadCount } = await readUpTo(
    { threadId, messageId },
    {
      execute: async (command) => ({ resource: await execute(command, null, context, deps) }),
      named: (id) => deps.lookUps.readTarget(actor, { threadId, messageId: id }),
      unreadAfter: (target, readIndex) => deps.lookUps.unreadAfter(actor, target, readIndex),
    },
  );
  return { conversationId, messageId: position.messageId, readAt: position.readAt, unreadCount };
};

async function threadOf(
  lookUps: LookUps,
  tenantId: TenantId,
  { conversationId, messageId }: { conversationId: string; messageId: string },
): Promise<string> {
  return threadWithin(conversationId, await lookUps.threadOf(tenantId, messageId));
}
