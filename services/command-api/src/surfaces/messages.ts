import type { Actor } from '@threadlog/auth';
import { reactionAddSchema, reactionRemoveSchema } from '@threadlog/commands';
import { messageSchema } from '@threadlog/events';
import type { Route } from '@threadlog/service';
import { z } from 'zod';
import { commandRoute, matchHeaders, versionIn, writeRoute, type CommandRouteDeps } from '../http/commandRoute';
import { formerEmoji } from '../routes/marks';
import { markRead, readPositionSchema } from '../routes/markRead';
import { editBody, messageIdParams } from './schemas';

const tags = ['Messages by id'];
const emoji = reactionAddSchema.shape.emoji;
const reactionBody = z.object({ emoji }).meta({ example: { emoji: '👍' } });
const reactionParams = messageIdParams.extend({ emoji: reactionRemoveSchema.shape.emoji.meta(formerEmoji) });
const message = { 200: { description: 'The message', schema: messageSchema } };

interface Naming<Params> {
  actor: Actor;
  params: Params;
}

/** What a path names by the message's id alone, with the message's thread. */
async function placed<Params extends { messageId: string }>(
  { actor, params }: Naming<Params>,
  { lookUps }: CommandRouteDeps,
): Promise<Params & { threadId: string }> {
  return { threadId: await lookUps.threadOfMessage(actor.tenantId, params.messageId), ...params };
}

const edit = commandRoute({
  method: 'patch',
  path: '/api/messages/{messageId}',
  operationId: 'editMessageById',
  sends: 'message.edit',
  summary: 'Edit a message',
  tags,
  params: messageIdParams,
  headers: matchHeaders,
  body: editBody,
  responses: message,
  problems: ['payload_too_large', 'projection_lagging'],
  async input(request, deps) {
    return { ...(await placed(request, deps)), ...request.body, ifMatch: versionIn(request.headers) };
  },
});

const remove = commandRoute({
  method: 'delete',
  path: '/api/messages/{messageId}',
  operationId: 'deleteMessageById',
  sends: 'message.delete',
  summary: 'Delete a message',
  tags,
  params: messageIdParams,
  responses: { 204: { description: 'It is gone' } },
  problems: ['projection_lagging'],
  input: placed,
});

const react = commandRoute({
  method: 'post',
  path: '/api/messages/{messageId}/reactions',
  operationId: 'addReactionById',
  sends: 'reaction.add',
  summary: 'React to a message',
  description: 'One of a kind each: doing it again changes nothing.',
  tags,
  params: messageIdParams,
  body: reactionBody,
  responses: message,
  problems: ['projection_lagging'],
  input: async (request, deps) => ({ ...(await placed(request, deps)), ...request.body }),
});

const unreact = commandRoute({
  method: 'delete',
  path: '/api/messages/{messageId}/reactions/{emoji}',
  operationId: 'removeReactionById',
  sends: 'reaction.remove',
  summary: 'Take a reaction back',
  tags,
  params: reactionParams,
  responses: { 204: { description: 'The caller’s reaction is not there any more' } },
  problems: ['projection_lagging'],
  input: placed,
  tell: () => ({ status: 204 }),
});

const read = writeRoute({
  method: 'put',
  path: '/api/messages/{messageId}/read',
  operationId: 'markMessageRead',
  sends: ['thread.read'],
  summary: 'Mark a conversation as read up to a message',
  tags,
  params: messageIdParams,
  responses: { 200: { description: 'How far the caller has read', schema: readPositionSchema } },
  problems: ['projection_lagging'],
  handler: async (request, deps) => markRead(request, deps, await placed(request, deps)),
});

export const messageByIdRoutes: readonly Route<CommandRouteDeps>[] = [edit, remove, react, unreact, read];
