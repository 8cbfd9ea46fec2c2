import { reactionAddSchema, reactionRemoveSchema } from '@threadlog/commands';
import { idInputSchema, messageSchema, threadIdInputSchema } from '@threadlog/events';
import type { Route } from '@threadlog/service';
import { z } from 'zod';
import { commandRoute, type CommandRouteDeps } from '../http/commandRoute';

const messageParams = z.object({ threadId: threadIdInputSchema, messageId: idInputSchema });
const named = { description: 'One emoji, percent-encoded, or its short code; in any spelling.', example: '👍' };
/** Of a reaction that is there, in this and the surface by message. */
export const formerEmoji = {
  ...named,
  description: `${named.description} What former builds let in is named as the message shows it.`,
};
const reactionParams = messageParams.extend({ emoji: reactionAddSchema.shape.emoji.meta(named) });
const formerReactionParams = messageParams.extend({ emoji: reactionRemoveSchema.shape.emoji.meta(formerEmoji) });
const REACTION = '/api/v1/threads/{threadId}/messages/{messageId}/reactions/{emoji}';
const PIN = '/api/v1/threads/{threadId}/messages/{messageId}/pin';
const message = { 200: { description: 'The message', schema: messageSchema } };
const nothing = (description: string) => ({ 204: { description } });

const react = commandRoute({
  method: 'put',
  path: REACTION,
  operationId: 'addReaction',
  sends: 'reaction.add',
  summary: 'React to a message',
  description: 'One of a kind each: doing it again changes nothing.',
  tags: ['Reactions'],
  params: reactionParams,
  responses: message,
  input: ({ params }) => params,
});

const unreact = commandRoute({
  method: 'delete',
  path: REACTION,
  operationId: 'removeReaction',
  sends: 'reaction.remove',
  summary: 'Take a reaction back',
  tags: ['Reactions'],
  params: formerReactionParams,
  responses: nothing('The caller’s reaction is not there any more'),
  input: ({ params }) => params,
  tell: () => ({ status: 204 }),
});

const pin = commandRoute({
  method: 'put',
  path: PIN,
  operationId: 'pinMessage',
  sends: 'message.pin',
  summary: 'Pin a message',
  description: 'For everybody in the thread. Plain members may not.',
  tags: ['Pins'],
  params: messageParams,
  responses: message,
  input: ({ params }) => params,
});

const unpin = commandRoute({
  method: 'delete',
  path: PIN,
  operationId: 'unpinMessage',
  sends: 'message.unpin',
  summary: 'Unpin a message',
  tags: ['Pins'],
  params: messageParams,
  responses: nothing('It is not pinned any more'),
  input: ({ params }) => params,
  tell: () => ({ status: 204 }),
});

export const markRoutes: readonly Route<CommandRouteDeps>[] = [react, unreact, pin, unpin];
