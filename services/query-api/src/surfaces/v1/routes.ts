import { v1ConversationsSchema, v1MessagesSchema } from '@threadlog/events';
import type { Route } from '@threadlog/service';
import type { QueryContext } from '../../context';
import { ok } from '../../readRoute';
import { surfaceRoute } from '../surfaceRoute';
import { getConversations, getMessages } from './calls';
import * as schemas from './schemas';

const tags = ['Version 1'];

const conversations = surfaceRoute<{ query: typeof schemas.conversationsQuery }>({
  path: '/v1/conversations',
  operationId: 'v1GetConversations',
  summary: 'List conversations',
  description: 'Those that the caller may see, newest activity first. `next_cursor` goes on: pass it as `cursor`.',
  tags,
  query: schemas.conversationsQuery,
  responses: { 200: { description: 'A page of conversations', schema: v1ConversationsSchema } },
  problems: ['forbidden'],
  handler: async ({ actor, query }, context) => ok(await getConversations(context, actor, query)),
});

const messages = surfaceRoute<{ params: typeof schemas.conversationParams; query: typeof schemas.messagesQuery }>({
  path: '/v1/conversations/{conversationId}/messages',
  operationId: 'v1GetMessages',
  summary: 'List messages',
  description: 'Newest first. `next_before_timestamp` goes on: pass it as `before_timestamp`.',
  tags,
  params: schemas.conversationParams,
  query: schemas.messagesQuery,
  responses: { 200: { description: 'A page of messages', schema: v1MessagesSchema } },
  problems: ['forbidden'],
  async handler({ actor, params, query }, context) {
    const beforeTimestamp = query.before_timestamp ?? query.beforeTimestamp;
    return ok(await getMessages(context, actor, { ...params, limit: query.limit, beforeTimestamp }));
  },
});

/** The reads of `/v1`, on the calls that the gRPC service has, too. */
export const v1Routes: readonly Route<QueryContext>[] = [conversations, messages];
