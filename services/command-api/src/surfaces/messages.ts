import { reactionAddSchema, reactionRemoveSchema } from '@threadlog/commands';
import { messageSchema } from '@threadlog/events';
import type { Route } from '@threadlog/service';
import { z } from 'zod';
import {
  commandHeaders,
  commandRoute,
  matchHeaders,
  versionIn,
  writeHeaders,
  writeRoute,
  type CommandRouteDeps,
} from '../http/commandRoute';
import { formerEmoji } from '../routes/marks';
import { markRead, readPositionSchema } from '../routes/markRead';
import { editBody, messageIdParams } from './schemas';

const tags = ['Messages by id'];
const emoji = reactionAddSchema.shape.emoji;
const reactionBody = z.object({ emoji }).meta({ example: { emoji: '👍' } });
const reactionParams = messageIdParams.extend({
  emoji: reactionRemoveSchema.shape.emoji.meta(formerEmoji),
});
const message = { 200: { description: 'The message', schema: messageSchema, headers: writeHeaders } };
type Headers = { headers: typeof commandHeaders };

const edit = commandRoute<{ params: typeof messageIdParams; headers: typeof matchHeaders; body: typeof editBody }>({
  method: 'patch',
  path: '/api/messages/{messageId}',
  operationId: 'editMessageById',
  sends: ['message.edit'],
  summary: 'Edit a message',
  tags,
  params: messageIdParams,
  headers: matchHeaders,
  body: editBody,
  responses: message,
  problems: ['payload_too_large', 'projection_lagging'],
  async command({ actor, params, headers, body }, { lookUps }) {
    const threadId = await lookUps.threadOfMessage(actor.tenantId, params.messageId);
    return { type: 'message.edit', input: { threadId, ...params, ...body, ifMatch: versionIn(headers) } };
  },
});

const remove = commandRoute<{ params: typeof messageIdParams } & Headers>({
  method: 'delete',
  path: '/api/messages/{messageId}',
  operationId: 'deleteMessageById',
  sends: ['message.delete'],
  summary: 'Delete a message',
  tags,
  params: messageIdParams,
  headers: commandHeaders,
  responses: { 204: { description: 'It is gone', headers: writeHeaders } },
  problems: ['projection_lagging'],
  async command({ actor, params }, { lookUps }) {
    const threadId = await lookUps.threadOfMessage(actor.tenantId, params.messageId);
    return { type: 'message.delete', input: { threadId, ...params } };
  },
});

const react = commandRoute<{ params: typeof messageIdParams; body: typeof reactionBody } & Headers>({
  method: 'post',
  path: '/api/messages/{messageId}/reactions',
  operationId: 'addReactionById',
  sends: ['reaction.add'],
  summary: 'React to a message',
  description: 'One of a kind each: doing it again changes nothing.',
  tags,
  params: messageIdParams,
  headers: commandHeaders,
  body: reactionBody,
  responses: message,
  problems: ['projection_lagging'],
  async command({ actor, params, body }, { lookUps }) {
    const threadId = await lookUps.threadOfMessage(actor.tenantId, params.messageId);
    return { type: 'reaction.add', input: { threadId, ...params, ...body } };
  },
});

const unreact = commandRoute<{ params: typeof reactionParams } & Headers>({
  method: 'delete',
  path: '/api/messages/{messageId}/reactions/{emoji}',
  operationId: 'removeReactionById',
  sends: ['reaction.remove'],
  summary: 'Take a reaction back',
  tags,
  params: reactionParams,
  headers: commandHeaders,
  responses: { 204: { description: 'The caller’s reaction is not there any more', headers: writeHeaders } },
  problems: ['projection_lagging'],
  async command({ actor, params }, { lookUps }) {
    const threadId = await lookUps.threadOfMessage(actor.tenantId, params.messageId);
    return { type: 'reaction.remove', input: { threadId, ...params } };
  },
  tell: () => ({ status: 204 }),
});

const read = writeRoute<{ params: typeof messageIdParams } & Headers>({
  method: 'put',
  path: '/api/messages/{messageId}/read',
  operationId: 'markMessageRead',
  sends: ['thread.read'],
  summary: 'Mark a conversation as read up to a message',
  tags,
  params: messageIdParams,
  headers: commandHeaders,
  responses: {
    200: { description: 'How far the caller has read', schema: readPositionSchema, headers: writeHeaders },
  },
  problems: ['projection_lagging'],
  async handler(request, deps) {
    const { messageId } = request.params;
    const threadId = await deps.lookUps.threadOfMessage(request.actor.tenantId, messageId);
    return markRead(request, deps, { threadId, messageId });
  },
});

export const messageByIdRoutes: readonly Route<CommandRouteDeps>[] = [edit, remove, react, unreact, read];
