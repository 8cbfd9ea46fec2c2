import { COMMANDS } from '@threadlog/commands';
import type { MessageResource, ParsedClientPayload } from '@threadlog/events';
import type { CommandContext, CommandDeps, SocketCommand } from './define';
import { execute } from './execute';

type Reaction = ParsedClientPayload<'reaction:add'>;

/** Doing either again changes nothing, so neither has a key. */
export const reactionAdd: SocketCommand<'reaction:add'> = (payload, context, deps) =>
  react('reaction.add', payload, context, deps);

export const reactionRemove: SocketCommand<'reaction:remove'> = (payload, context, deps) =>
  react('reaction.remove', payload, context, deps);

async function react(
  type: 'reaction.add' | 'reaction.remove',
  { messageId, emoji }: Reaction,
  context: CommandContext,
  deps: CommandDeps,
): Promise<MessageResource> {
  const threadId = await deps.lookUps.threadOf(context.connection.actor.tenantId, messageId);
  const input = COMMANDS[type].parse({ threadId, messageId, emoji });
  return (await execute({ type, input }, null, context, deps)) as MessageResource;
}
