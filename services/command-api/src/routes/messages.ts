import { messageEditSchema, messagePostFields } from '@threadlog/commands';
import { idInputSchema, messageSchema, requireSaying, threadIdInputSchema } from '@threadlog/events';
import type { Route, RouteMethod } from '@threadlog/service';
import { z } from 'zod';
import { requireChange } from '../http/bodyRules';
import { commandRoute, matchHeaders, versionIn, type CommandRouteDeps } from '../http/commandRoute';

const tags = ['Messages'];
const threadParams = z.object({ threadId: threadIdInputSchema });
const messageParams = z.object({ threadId: threadIdInputSchema, messageId: idInputSchema });
const postBody = requireSaying(messagePostFields.omit({ threadId: true })).meta({
  example: { content: 'Hello!', attachments: [{ externalFileId: 'file_789', label: 'document.pdf' }] },
});
const editBody = requireChange(messageEditSchema.omit({ threadId: true, messageId: true, ifMatch: true })).meta({
  example: { content: 'Hello there!' },
});

const post = commandRoute({
  method: 'post',
  path: '/api/v1/threads/{threadId}/messages',
  operationId: 'postMessage',
  sends: 'message.post',
  summary: 'Post a message',
  description:
    'Acknowledged once it is in the log. `clientMessageId` serves as the idempotency key where no header does.',
  tags,
  params: threadParams,
  body: postBody,
  responses: { 201: { description: 'The message', schema: messageSchema } },
  problems: ['payload_too_large'],
  input: ({ params, body }) => ({ ...params, ...body }),
});

const edit = (method: RouteMethod, operationId: string): Route<CommandRouteDeps> =>
  commandRoute({
    method,
    path: '/api/v1/threads/{threadId}/messages/{messageId}',
    operationId,
    sends: 'message.edit',
    summary: 'Edit a message',
    description: 'Its author may, while the thread is open. Only what is given changes, with PUT as with PATCH.',
    tags,
    params: messageParams,
    headers: matchHeaders,
    body: editBody,
    responses: { 200: { description: 'The message', schema: messageSchema } },
    problems: ['payload_too_large'],
    input({ params, headers, body }) {
      return { ...params, ...body, ifMatch: versionIn(headers) };
    },
  });

const remove = commandRoute({
  method: 'delete',
  path: '/api/v1/threads/{threadId}/messages/{messageId}',
  operationId: 'deleteMessage',
  sends: 'message.delete',
  summary: 'Delete a message',
  description: 'Its author may, and those who moderate. Its text is gone from every read; a tombstone stays.',
  tags,
  params: messageParams,
  responses: { 204: { description: 'It is gone' } },
  input: ({ params }) => params,
});

export const messageRoutes: readonly Route<CommandRouteDeps>[] = [
  post,
  edit('patch', 'editMessage'),
  edit('put', 'replaceMessage'),
  remove,
];
