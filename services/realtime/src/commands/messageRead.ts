import type { Command } from '@threadlog/commands';
import type { TenantId, UserThreadResource } from '@threadlog/events';
import type { ReadTarget } from '@threadlog/read-models';
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
  const target = await deps.lookUps.readTarget(actor, { threadId, messageId });
  const position = (await execute(readCommand(target), null, context, deps)) as UserThreadResource;
  const unreadCount = await deps.lookUps.unreadAfter(actor, target, position.messageIndex);
  return { conversationId, messageId: position.messageId, readAt: position.readAt, unreadCount };
};

/** Where there is nothing to read the thread may have been marked as unread. */
function readCommand({ threadId, message }: ReadTarget): Command {
  if (!message) return { type: 'thread.preferences', input: { threadId, markedUnread: false } };
  return { type: 'thread.read', input: { threadId, messageId: message.id, messageIndex: message.index } };
}

async function threadOf(
  lookUps: LookUps,
  tenantId: TenantId,
  { conversationId, messageId }: { conversationId: string; messageId: string },
): Promise<string> {
  return threadWithin(conversationId, await lookUps.threadOf(tenantId, messageId), 'message');
}
