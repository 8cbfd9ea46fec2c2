import { rootThreadId, type MessageResource, type SenderType } from '@threadlog/events';
import type { Route } from '@threadlog/service';
import type { QueryContext } from '../context';
import { decodeIndex } from '../cursors';
import { messagePage } from '../messages/page';
import { ok } from '../readRoute';
import * as schemas from './schemas';
import { surfaceRoute } from './surfaceRoute';

/** Who speaks, in the words of clients that feed conversations to an assistant. */
const MESSAGE_TYPES: { [S in SenderType]: 'user' | 'assistant' | 'system' } = {
  user: 'user',
  agent: 'assistant',
  system: 'system',
};

const recent = surfaceRoute<{ params: typeof schemas.conversationParams; query: typeof schemas.recentQuery }>({
  path: '/api/v1/chat/conversations/{conversationId}/messages',
  operationId: 'listRecentMessages',
  summary: 'List recent messages',
  description: 'Newest first, in snake case. `next_cursor` goes on: pass it as `cursor`.',
  tags: ['Recent messages'],
  params: schemas.conversationParams,
  query: schemas.recentQuery,
  responses: { 200: { description: 'A page of messages', schema: schemas.recentSchema } },
  problems: ['forbidden'],
  async handler({ actor, params, query }, context) {
    const page = await messagePage(context, actor, {
      threadId: params.conversationId,
      before: decodeIndex(query.cursor, 'cursor'),
      order: 'desc',
      limit: query.limit,
      includeDeleted: false,
    });
    return ok({
      messages: page.messages.map(recentMessage),
      total_count: page.totalCount,
      has_more: page.hasMore,
      next_cursor: page.nextCursor,
    });
  },
});

function recentMessage(message: MessageResource) {
  return {
    id: message.id,
    conversation_id: rootThreadId(message.threadId),
    user_id: message.senderId,
    content: message.content ?? '',
    message_type: MESSAGE_TYPES[message.senderType],
    metadata: message.metadata ?? {},
    created_at: message.createdAt,
    updated_at: message.updatedAt,
  };
}

export const recentMessageRoutes: readonly Route<QueryContext>[] = [recent];
