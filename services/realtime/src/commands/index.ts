import type { ClientEventName } from '@threadlog/events';
import { agentRun } from './agentRun';
import { agentStop } from './agentStop';
import { agentText } from './agentText';
import { authRefresh } from './authRefresh';
import { conversationJoin } from './conversationJoin';
import { conversationLeave } from './conversationLeave';
import type { SocketCommand } from './define';
import { messageDelete } from './messageDelete';
import { messageEdit } from './messageEdit';
import { messageRead } from './messageRead';
import { messageSend } from './messageSend';
import { presencePing } from './presencePing';
import { reactionAdd, reactionRemove } from './reaction';
import { threadCreate } from './threadCreate';
import { threadSwitch } from './threadSwitch';
import { typing, typingStart, typingStop } from './typing';

const COMMANDS: { [E in ClientEventName]?: SocketCommand<E> } = {
  'message:send': messageSend,
  'message:edit': messageEdit,
  'message:delete': messageDelete,
  'message:read': messageRead,
  'reaction:add': reactionAdd,
  'reaction:remove': reactionRemove,
  'thread:create': threadCreate,
  'thread:switch': threadSwitch,
  'typing:start': typingStart,
  'typing:stop': typingStop,
  typing,
  'agent:stop': agentStop,
  'agent:run': agentRun,
  'agent:text': agentText,
  'presence:ping': presencePing,
  'auth:refresh': authRefresh,
  'conversation:join': conversationJoin,
  'conversation:leave': conversationLeave,
};

/** What has bounds of its own, and costs nothing of the budget that writing has: how somebody is there, and the parts of an answer. */
const SIGNALS: ReadonlySet<string> = new Set<ClientEventName>([
  'typing:start',
  'typing:stop',
  'typing',
  'agent:text',
  'presence:ping',
]);

export function isSignal(event: string): boolean {
  return SIGNALS.has(event);
}

/** The command of a client event; undefined for one that this build does not know. */
export function commandOf(event: string): SocketCommand<never> | undefined {
  return Object.hasOwn(COMMANDS, event) ? (COMMANDS[event as ClientEventName] as SocketCommand<never>) : undefined;
}

export type { CommandContext, CommandDeps } from './define';
