import { conversationOf, conversationSchema, type ThreadResource } from '@threadlog/events';
import type { CommandAccepted } from '@threadlog/commands';
import type { Route, RouteMethod } from '@threadlog/service';
import {
  commandRoute,
  matchHeaders,
  versionIn,
  writeRoute,
  type CommandRouteDeps,
  type ResponseOverride,
} from '../http/commandRoute';
import { markRead, readPositionSchema } from '../routes/markRead';
import { leaveOrDelete } from './leaveOrDelete';
import * as schemas from './schemas';

const tags = ['Conversations'];

/** A thread's answer in this surface's words. */
export function tellConversation({ resource }: CommandAccepted): ResponseOverride {
  const conversation = conversationOf(resource as ThreadResource);
  return { body: conversation, location: `/api/conversations/${conversation.id}` };
}

const create = commandRoute({
  method: 'post',
  path: '/api/conversations',
  operationId: 'createConversation',
  sends: 'thread.create',
  summary: 'Create a conversation',
  description:
    '`type: direct` takes two people, the caller included, and gives their conversation back where it exists.',
  tags,
  body: schemas.createBody,
  responses: {
    201: { description: 'The new conversation', schema: conversationSchema },
    200: { description: 'The direct conversation that exists', schema: conversationSchema },
  },
  input: ({ body }) => ({ ...body, parentThreadId: null, rootMessageId: null }),
  tell: tellConversation,
});

const update = (method: RouteMethod, operationId: string): Route<CommandRouteDeps> =>
  commandRoute({
    method,
    path: '/api/conversations/{conversationId}',
    operationId,
    sends: 'thread.update',
    summary: 'Change title, metadata or status',
    description: 'Only what is given changes.',
    tags,
    params: schemas.conversationParams,
    headers: matchHeaders,
    body: schemas.updateBody,
    responses: { 200: { description: 'The conversation', schema: conversationSchema } },
    input({ params, headers, body }) {
      const input = { threadId: params.conversationId, ...body, ifMatch: versionIn(headers) };
      return input;
    },
    tell: tellConversation,
  });

const remove = writeRoute({
  method: 'delete',
  path: '/api/conversations/{conversationId}',
  operationId: 'leaveOrDeleteConversation',
  sends: ['thread.delete', 'participant.remove'],
  summary: 'Leave or delete a conversation',
  description: 'Whoever may delete it deletes it for everybody: its owners, and administrators. Everybody else leaves.',
  tags,
  params: schemas.conversationParams,
  responses: { 204: { description: 'It is gone, or the caller is' } },
  handler: (request, deps) => leaveOrDelete(request, deps, request.params.conversationId),
});

const read = writeRoute({
  method: 'put',
  path: '/api/conversations/{conversationId}/read',
  operationId: 'markConversationRead',
  sends: ['thread.read'],
  summary: 'Mark a conversation as read',
  description: 'Up to a message, or all of it.',
  tags,
  params: schemas.conversationParams,
  body: schemas.readBody,
  responses: { 200: { description: 'How far the caller has read', schema: readPositionSchema } },
  problems: ['projection_lagging'],
  handler: (request, deps) =>
    markRead(request, deps, { threadId: request.params.conversationId, messageId: request.body?.messageId }),
});

export const conversationRoutes: readonly Route<CommandRouteDeps>[] = [
  create,
  update('put', 'replaceConversation'),
  update('patch', 'updateConversation'),
  remove,
  read,
];
