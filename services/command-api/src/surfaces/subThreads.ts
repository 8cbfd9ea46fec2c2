import { conversationSchema, messageSchema, rootThreadId, notThere } from '@threadlog/events';
import type { Route } from '@threadlog/service';
import { commandRoute, type CommandRouteDeps } from '../http/commandRoute';
import { tellConversation } from './conversations';
import * as schemas from './schemas';

const tags = ['Conversations'];

const create = commandRoute({
  method: 'post',
  path: '/api/conversations/{conversationId}/threads',
  operationId: 'createConversationThread',
  sends: 'thread.create',
  summary: 'Branch off a thread',
  description: 'From one of the conversation’s messages, or empty. Its people are the conversation’s.',
  tags,
  params: schemas.conversationParams,
  body: schemas.subThreadBody,
  responses: { 201: { description: 'The new thread', schema: conversationSchema } },
  input: ({ params, body }) => ({ ...UNSAID, ...body, parentThreadId: params.conversationId }),
  tell(result) {
    const { body } = tellConversation(result);
    const { id, conversationId } = body as { id: string; conversationId: string };
    return { body, location: `/api/conversations/${conversationId}/threads/${id}` };
  },
});

/** What a sub-thread takes from its root. */
const UNSAID = { learnerId: null, type: 'group', channel: 'chat', participantIds: [] as string[] } as const;

const post = commandRoute({
  method: 'post',
  path: '/api/conversations/{conversationId}/threads/{threadId}',
  operationId: 'postConversationThreadMessage',
  sends: 'message.post',
  summary: 'Post a message to a thread',
  tags,
  params: schemas.conversationThreadParams,
  body: schemas.postBody,
  responses: { 201: { description: 'The message', schema: messageSchema } },
  problems: ['payload_too_large'],
  input({ params: { conversationId, threadId }, body }) {
    if (rootThreadId(threadId) !== conversationId) throw notThere();
    return { threadId, ...body };
  },
});

export const subThreadRoutes: readonly Route<CommandRouteDeps>[] = [create, post];
