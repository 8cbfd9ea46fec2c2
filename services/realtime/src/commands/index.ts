import type { ClientEventName } from '@threadlog/events';
import { conversationJoin } from './conversationJoin';
import { conversationLeave } from './conversationLeave';
import type { SocketCommand } from './define';
import { messageDelete } from './messageDelete';
import { messageEdit } from './messageEdit';
import { messageSend } from './messageSend';

const COMMANDS: { [E in ClientEventName]?: SocketCommand<E> } = {
  'message:send': messageSend,
  'message:edit': messageEdit,
  'message:delete': messageDelete,
  'conversation:join': conversationJoin,
  'conversation:leave': conversationLeave,
};

/** The command of a client event; undefined for one that this build does not know. */
export function commandOf(event: string): SocketCommand<never> | undefined {
  return Object.hasOwn(COMMANDS, event) ? (COMMANDS[event as ClientEventName] as SocketCommand<never>) : undefined;
}

export type { CommandContext, CommandDeps } from './define';
