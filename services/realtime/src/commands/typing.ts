import { hasPermission } from '@threadlog/auth';
import { problem, rootThreadId, notThere } from '@threadlog/events';
import type { CommandContext, CommandDeps, SocketCommand } from './define';

export const typingStart: SocketCommand<'typing:start'> = ({ conversationId }, context, deps) =>
  say(conversationId, true, { context, deps });

export const typingStop: SocketCommand<'typing:stop'> = ({ conversationId }, context, deps) =>
  say(conversationId, false, { context, deps });

export const typing: SocketCommand<'typing'> = ({ conversationId, isTyping }, context, deps) =>
  say(conversationId, isTyping, { context, deps });

/** Only those who are in the conversation, and may write, can be seen typing there. */
async function say(
  conversationId: string,
  isTyping: boolean,
  { context, deps }: { context: CommandContext; deps: CommandDeps },
): Promise<{ conversationId: string }> {
  if (!context.takeTyping()) throw problem('rate_limited', 'Too many signs of typing of this user.', { retryAfter: 1 });
  await context.started;
  const { connection } = context;
  if (!connection.subscriptions.has(rootThreadId(conversationId))) throw notThere();
  if (!hasPermission(connection.actor, 'chat:write'))
    throw problem('forbidden', 'Writing needs the permission chat:write.');
  const isNew = isTyping && !deps.typing.says(connection, conversationId);
  // A room is its root's: that there is such a sub-thread, and that the user sees it, the room does not say.
  if (isNew && rootThreadId(conversationId) !== conversationId) {
    await deps.lookUps.sees(connection.actor, conversationId);
    if (connection.state === 'closed') throw problem('unavailable', 'The socket is closed.');
  }
  deps.typing.say(connection, conversationId, isTyping);
  return { conversationId };
}
