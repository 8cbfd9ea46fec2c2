import type { Actor } from '@threadlog/auth';
import { v1Conversation, v1Message, type V1Conversations, type V1Messages } from '@threadlog/events';
import { requireRead, resolveThread } from '../../access/visibleThread';
import type { QueryContext } from '../../context';
import { messagePage } from '../../messages/page';
import { conversationPage } from '../conversations';
import { indexAt } from './indexAt';

export interface MessagesRequest {
  conversationId: string;
  limit: number;
  beforeTimestamp?: string | undefined;
}

/** A page of messages, newest first, for `/v1` and gRPC alike. */
export async function getMessages(context: QueryContext, actor: Actor, request: MessagesRequest): Promise<V1Messages> {
  const { conversationId: threadId, limit } = request;
  const before = await upperBound(context, actor, request);
  const page = await messagePage(context, actor, { threadId, before, order: 'desc', limit, includeDeleted: false });
  const last = page.messages.at(-1);
  return {
    messages: page.messages.map(v1Message),
    has_more: page.hasMore,
    next_before_timestamp: page.hasMore && last ? last.createdAt : null,
  };
}

/** The first page costs nothing more; for the others the time is looked up, once it is known that the actor may. */
async function upperBound(
  context: QueryContext,
  actor: Actor,
  { conversationId: threadId, beforeTimestamp: instant }: MessagesRequest,
): Promise<number | undefined> {
  if (instant === undefined) return undefined;
  const { row } = await resolveThread(context.statements, actor, threadId);
  const { tenantId } = actor;
  return indexAt(context.messages(), { tenantId, threadId, lastIndex: row.last_message_index, instant });
}

export interface ConversationsRequest {
  limit: number;
  cursor?: string | undefined;
}

/** A page of the caller's conversations, newest activity first. */
export async function getConversations(
  context: QueryContext,
  actor: Actor,
  request: ConversationsRequest,
): Promise<V1Conversations> {
  requireRead(actor);
  const page = await conversationPage(context, actor, request);
  return {
    conversations: page.conversations.map(v1Conversation),
    has_more: page.hasMore,
    next_cursor: page.nextCursor,
  };
}
