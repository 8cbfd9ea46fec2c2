import type { JsonObject, MessageInitShape } from '@bufbuild/protobuf';
import type { Timestamp } from '@bufbuild/protobuf/wkt';
import type { V1Conversation, V1Conversations, V1Message, V1Messages, V1Read } from '@threadlog/events';
import type {
  AttachmentSchema,
  ConversationSchema,
  GetConversationsResponseSchema,
  GetMessagesResponseSchema,
  MarkAsReadResponseSchema,
  MessageSchema,
  SendMessageResponseSchema,
} from './gen/chat/v1/chat_pb';
import { nanosOf, secondsOf } from './wire/instant';

/** `/v1`'s shapes as the proto file spells them: null is not set, or empty. `wire/writer.ts` writes the same bytes. */
export function sentOf({ message }: { message: V1Message }): MessageInitShape<typeof SendMessageResponseSchema> {
  return { message: messageOf(message) };
}

export function readOf(read: V1Read): MessageInitShape<typeof MarkAsReadResponseSchema> {
  return {
    conversationId: read.conversation_id,
    messageId: read.message_id ?? '',
    readAt: optionalInstant(read.read_at),
    unreadCount: read.unread_count,
  };
}

export function pageOf(page: V1Messages): MessageInitShape<typeof GetMessagesResponseSchema> {
  return {
    messages: page.messages.map(messageOf),
    hasMore: page.has_more,
    nextBeforeTimestamp: optionalInstant(page.next_before_timestamp),
  };
}

export function listOf(page: V1Conversations): MessageInitShape<typeof GetConversationsResponseSchema> {
  return {
    conversations: page.conversations.map(conversationOf),
    hasMore: page.has_more,
    nextCursor: page.next_cursor ?? '',
  };
}

export function messageOf(message: V1Message): MessageInitShape<typeof MessageSchema> {
  return {
    id: message.id,
    conversationId: message.conversation_id,
    threadId: message.thread_id,
    seq: BigInt(message.seq),
    messageIndex: message.message_index,
    senderId: message.sender_id,
    senderType: message.sender_type,
    senderName: message.sender_name ?? '',
    messageType: message.message_type,
    content: message.content,
    attachments: message.attachments.map(attachmentOf),
    metadata: structOf(message.metadata),
    replyTo: message.reply_to ?? '',
    mentions: message.mentions,
    edited: message.edited,
    createdAt: instantOf(message.created_at),
    updatedAt: instantOf(message.updated_at),
  };
}

export function attachmentOf({
  external_file_id: externalFileId,
  label,
  mime,
  bytes,
}: V1Message['attachments'][number]): MessageInitShape<typeof AttachmentSchema> {
  return {
    externalFileId,
    label: label ?? '',
    mime: mime ?? '',
    bytes: bytes === null ? undefined : BigInt(bytes),
  };
}

export function conversationOf(conversation: V1Conversation): MessageInitShape<typeof ConversationSchema> {
  const { last_message: last } = conversation;
  return {
    id: conversation.id,
    type: conversation.type,
    status: conversation.status,
    title: conversation.title ?? '',
    learnerId: conversation.learner_id ?? '',
    metadata: structOf(conversation.metadata),
    participants: conversation.participants.map(({ user_id: userId, role, display_name: displayName }) => ({
      userId,
      role,
      displayName: displayName ?? '',
    })),
    participantCount: conversation.participant_count,
    messageCount: conversation.message_count,
    unreadCount: conversation.unread_count,
    lastMessage: last === null ? undefined : messageOf(last),
    seq: BigInt(conversation.seq),
    createdAt: instantOf(conversation.created_at),
    updatedAt: instantOf(conversation.updated_at),
  };
}

export function structOf(metadata: V1Message['metadata']): JsonObject | undefined {
  return (metadata ?? undefined) as JsonObject | undefined;
}

/** A time as they are all written: to the microsecond where it is an event's, else to the millisecond. */
export function instantOf(text: string): { seconds: bigint; nanos: number } {
  return { seconds: BigInt(secondsOf(text)), nanos: nanosOf(text) };
}

export function optionalInstant(text: string | null): ReturnType<typeof instantOf> | undefined {
  return text === null ? undefined : instantOf(text);
}

/**
 * The other way, for a request. What is finer than a microsecond is cut, as everywhere; a time that no calendar has
 * becomes a text that the schema refuses.
 */
export function textOfInstant({ seconds, nanos }: Pick<Timestamp, 'seconds' | 'nanos'>): string {
  const date = new Date(Number(seconds) * 1000);
  const micros = Math.floor(nanos / 1000);
  if (Number.isNaN(date.getTime()) || micros < 0 || micros > 999_999) return 'no time';
  return `${date.toISOString().slice(0, -5)}.${String(micros).padStart(6, '0')}Z`;
}
