import { messageEditSchema, messagePostFields } from '@threadlog/commands';
import { idInputSchema, messageSchema, requireSaying, threadIdInputSchema } from '@threadlog/events';
import type { Route, RouteMethod } from '@threadlog/service';
import { z } from 'zod';
import { requireChange } from '../http/bodyRules';
import {
  commandHeaders,
  commandRoute,
  matchHeaders,
  versionIn,
  writeHeaders,
  type CommandRouteDeps,
} from '../http/commandRoute';

const tags = ['Messages'];
const threadParams = z.object({ threadId: threadIdInputSchema });
const messageParams = z.object({ threadId: threadIdInputSchema, messageId: idInputSchema });
const postBody = requireSaying(messagePostFields.omit({ threadId: true })).meta({
  example: { content: 'Hello!', attachments: [{ externalFileId: 'file_789', label: 'document.pdf' }] },
});
const editBody = requireChange(messageEditSchema.omit({ threadId: true, messageId: true, ifMatch: true })).meta({
  example: { content: 'Hello there!' },
});

const post = commandRoute<{ params: typeof threadParams; headers: typeof commandHeaders; body: typeof postBody }>({
  method: 'post',
  path: '/api/v1/threads/{threadId}/messages',
  operationId: 'postMessage',
  sends: ['message.post'],
  summary: 'Post a message',
  description:
    'Acknowledged once it is in the log. `clientMessageId` serves as the idempotency key where no header does.',
  tags,
  params: threadParams,
  headers: commandHeaders,
  body: postBody,
  responses: { 201: { description: 'The message', schema: messageSchema, headers: writeHeaders } },
  problems: ['payload_too_large'],
  command: ({ params, body }) => ({ type: 'message.post', input: { ...params, ...body } }),
});

const edit = (method: RouteMethod, operationId: string): Route<CommandRouteDeps> =>
  commandRoute<{ params: typeof messageParams; headers: typeof matchHeaders; body: typeof editBody }>({
    method,
    path: '/api/v1/threads/{threadId}/messages/{messageId}',
    operationId,
    sends: ['message.edit'],
    summary: 'Edit a message',
    description: 'Its author may, while the thread is open. Only what is given changes, with PUT as with PATCH.',
    tags,
    params: messageParams,
    headers: matchHeaders,
    body: editBody,
    responses: { 200: { description: 'The message', schema: messageSchema, headers: writeHeaders } },
    problems: ['payload_too_large'],
    command({ params, headers, body }) {
      return { type: 'message.edit', input: { ...params, ...body, ifMatch: versionIn(headers) } };
    },
  });

const remove = commandRoute<{ params: typeof messageParams; headers: typeof commandHeaders }>({
  method: 'delete',
  path: '/api/v1/threads/{threadId}/messages/{messageId}',
  operationId: 'deleteMessage',
  sends: ['message.delete'],
  summary: 'Delete a message',
  description: 'Its author may, and those who moderate. Its text is gone from every read; a tombstone stays.',
  tags,
  params: messageParams,
  headers: commandHeaders,
  responses: { 204: { description: 'It is gone', headers: writeHeaders } },
  command: ({ params }) => ({ type: 'message.delete', input: params }),
});

export const messageRoutes: readonly Route<CommandRouteDeps>[] = [
  post,
  edit('patch', 'editMessage'),
  edit('put', 'replaceMessage'),
  remove,
];
