import { z } from 'zod';
import type { Attachment } from '../catalogue';
import { MESSAGE_TYPES, PARTICIPANT_ROLES, SENDER_TYPES, THREAD_STATUSES, THREAD_TYPES } from '../catalogue/values';
import { rootThreadId } from '../ids';
import { messageExample, type MessageResource } from './message';
import { threadExample, type ThreadResource } from './thread';

/**
 * Messages and conversations as `/v1` and the gRPC service show them: one shape for both, which the proto file spells in
 * its own types. Names are in snake case, as clients of that surface know them.
 */
const messageFields = z.object({
  id: z.string(),
  conversation_id: z.string(),
  /** The conversation's own id, but for messages of its sub-threads. */
  thread_id: z.string(),
  seq: z.int(),
  message_index: z.int(),
  sender_id: z.string(),
  sender_type: z.enum(SENDER_TYPES),
  sender_name: z.string().nullable(),
  message_type: z.enum(MESSAGE_TYPES),
  content: z.string(),
  attachments: z.array(
    z.object({
      external_file_id: z.string(),
      label: z.string().nullable(),
      mime: z.string().nullable(),
      bytes: z.int().nullable(),
    }),
  ),
  metadata: z.record(z.string(), z.json()).nullable(),
  reply_to: z.string().nullable(),
  mentions: z.array(z.string()),
  edited: z.boolean(),
  created_at: z.string(),
  updated_at: z.string(),
});
export type V1Message = z.infer<typeof messageFields>;
export const v1MessageSchema = messageFields.meta({
  id: 'V1Message',
  example: v1Message(messageExample as MessageResource),
});

const conversationFields = z.object({
  id: z.string(),
  type: z.enum(THREAD_TYPES),
  status: z.enum(THREAD_STATUSES),
  title: z.string().nullable(),
  learner_id: z.string().nullable(),
  metadata: z.record(z.string(), z.json()).nullable(),
  /** At most 20, in the order they joined. */
  participants: z.array(
    z.object({ user_id: z.string(), role: z.enum(PARTICIPANT_ROLES), display_name: z.string().nullable() }),
  ),
  participant_count: z.int(),
  message_count: z.int(),
  unread_count: z.int(),
  last_message: v1MessageSchema.nullable(),
  seq: z.int(),
  created_at: z.string(),
  updated_at: z.string(),
});
export type V1Conversation = z.infer<typeof conversationFields>;
const v1ConversationSchema = conversationFields.meta({
  id: 'V1Conversation',
  example: v1Conversation(threadExample as ThreadResource),
});

export const v1MessagesSchema = z
  .object({
    messages: z.array(v1MessageSchema),
    has_more: z.boolean(),
    /** Null on the last page. */
    next_before_timestamp: z.string().nullable(),
  })
  .meta({ id: 'V1Messages' });
export type V1Messages = z.infer<typeof v1MessagesSchema>;

export const v1ConversationsSchema = z
  .object({
    conversations: z.array(v1ConversationSchema),
    has_more: z.boolean(),
    /** Null on the last page. */
    next_cursor: z.string().nullable(),
  })
  .meta({ id: 'V1Conversations' });
export type V1Conversations = z.infer<typeof v1ConversationsSchema>;

export const v1ReadSchema = z
  .object({
    conversation_id: z.string(),
    /** The last message read; null where there is none. */
    message_id: z.string().nullable(),
    read_at: z.string().nullable(),
    /** 1,000 at most. */
    unread_count: z.int(),
  })
  .meta({
    id: 'V1Read',
    example: {
      conversation_id: '0198c0de-7a3b-8c11-8f00-2f6d1f6a9d10',
      message_id: '0198c0de-7a3b-7c11-8f00-2f6d1f6a9d11',
      read_at: '2026-01-15T10:30:00.000000Z',
      unread_count: 0,
    },
  });
export type V1Read = z.infer<typeof v1ReadSchema>;

/** Deleted ones are shown nowhere on this surface, so there always is a text. */
export function v1Message(message: MessageResource): V1Message {
  return {
    id: message.id,
    conversation_id: rootThreadId(message.threadId),
    thread_id: message.threadId,
    seq: message.seq,
    message_index: message.messageIndex,
    sender_id: message.senderId,
    sender_type: message.senderType,
    sender_name: message.sender.displayName,
    message_type: message.messageType,
    content: message.content ?? '',
    attachments: message.attachments.map(v1Attachment),
    metadata: message.metadata,
    reply_to: message.replyTo,
    mentions: message.mentions,
    edited: message.edited,
    created_at: message.createdAt,
    updated_at: message.updatedAt,
  };
}

export function v1Attachment(attachment: Attachment): V1Message['attachments'][number] {
  const { externalFileId, label = null, mime = null, bytes = null } = attachment;
  return { external_file_id: externalFileId, label, mime, bytes };
}

export function v1Conversation(thread: ThreadResource): V1Conversation {
  return {
    id: thread.id,
    type: thread.type,
    status: thread.status,
    title: thread.title,
    learner_id: thread.learnerId,
    metadata: thread.metadata,
    participants: thread.participants.map(({ userId, role, displayName }) => ({
      user_id: userId,
      role,
      display_name: displayName,
    })),
    participant_count: thread.participantCount,
    message_count: thread.messageCount,
    unread_count: thread.unreadCount,
    last_message: thread.lastMessage && v1Message(thread.lastMessage),
    seq: thread.seq,
    created_at: thread.createdAt,
    updated_at: thread.updatedAt,
  };
}
