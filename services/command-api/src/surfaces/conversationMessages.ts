import type { Command } from '@threadlog/commands';
import { messageSchema, rootThreadId } from '@threadlog/events';
import type { Route, RouteReply } from '@threadlog/service';
import { carryOut, requireAccepted, type Caller } from '../http/carryOut';
import {
  commandRoute,
  matchHeaders,
  replyTo,
  versionIn,
  writeRoute,
  type CommandRouteDeps,
} from '../http/commandRoute';
import * as schemas from './schemas';

const tags = ['Conversations'];
const MESSAGE = '/api/conversations/{conversationId}/messages/{messageId}';

const post = commandRoute({
  method: 'post',
  path: '/api/conversations/{conversationId}/messages',
  operationId: 'sendMessage',
  sends: 'message.post',
  summary: 'Send a message',
  tags,
  params: schemas.conversationParams,
  body: schemas.postBody,
  responses: { 201: { description: 'The message', schema: messageSchema } },
  problems: ['payload_too_large'],
  input: ({ params, body }) => ({ threadId: params.conversationId, ...body }),
});

const edit = writeRoute({
  method: 'patch',
  path: MESSAGE,
  operationId: 'editConversationMessage',
  sends: ['message.edit'],
  summary: 'Edit a message',
  tags,
  params: schemas.conversationMessageParams,
  headers: matchHeaders,
  body: schemas.editBody,
  responses: { 200: { description: 'The message', schema: messageSchema } },
  problems: ['payload_too_large'],
  handler(request, deps) {
    const { params, headers, body } = request;
    const change = { messageId: params.messageId, ...body, ifMatch: versionIn(headers) };
    return inConversation(request, deps, {
      ...params,
      command: (threadId) => ({ type: 'message.edit', input: { threadId, ...change } }),
    });
  },
});

const remove = writeRoute({
  method: 'delete',
  path: MESSAGE,
  operationId: 'deleteConversationMessage',
  sends: ['message.delete'],
  summary: 'Delete a message',
  tags,
  params: schemas.conversationMessageParams,
  responses: { 204: { description: 'It is gone' } },
  handler: (request, deps) =>
    inConversation(request, deps, {
      ...request.params,
      command: (threadId) => ({
        type: 'message.delete',
        input: { threadId, messageId: request.params.messageId },
      }),
    }),
});

interface Place {
  conversationId: string;
  messageId: string;
  /** The command on a message of this thread. */
  command(threadId: string): Command;
}

/**
 * A message's conversation is its root, also where it stands in a sub-thread. Most do not, so the conversation itself is
 * tried first, which needs no look-up; a refusal appends nothing.
 */
async function inConversation(caller: Caller, deps: CommandRouteDeps, place: Place): Promise<RouteReply> {
  const { conversationId, messageId, command } = place;
  const direct = await carryOut(caller, deps, command(conversationId));
  if (direct.ok || direct.problem.code !== 'not_found') return replyTo(requireAccepted(direct), deps);
  const threadId = await deps.lookUps.threadOfMessage(caller.actor.tenantId, messageId);
  const isBelow = threadId !== conversationId && rootThreadId(threadId) === conversationId;
  return replyTo(requireAccepted(isBelow ? await carryOut(caller, deps, command(threadId)) : direct), deps);
}

export const conversationMessageRoutes: readonly Route<CommandRouteDeps>[] = [post, edit, remove];
