import { z } from 'zod';
import { attachmentSchema, MESSAGE_TYPES, RUN_FINISHES, SENDER_TYPES } from '../catalogue/values';

/** Aggregated reactions of one emoji: at most ten user ids, `mine` for the viewer. */
const reactionSchema = z.object({
  emoji: z.string(),
  count: z.int(),
  userIds: z.array(z.string()),
  mine: z.boolean(),
});

/** Of a tutoring application, in the documentation of every surface. */
export const messageExample = {
  id: '0198c0de-7a3b-7c11-8f00-2f6d1f6a9d11',
  threadId: '0198c0de-7a3b-8c11-8f00-2f6d1f6a9d10',
  conversationId: '0198c0de-7a3b-8c11-8f00-2f6d1f6a9d10',
  seq: 42,
  messageIndex: 17,
  senderId: 'user_123',
  senderType: 'user',
  sender: { displayName: 'John Doe', avatarUrl: 'https://example.com/john.png' },
  messageType: 'text',
  content: 'Hello!',
  attachments: [{ externalFileId: 'file_789', label: 'document.pdf' }],
  metadata: null,
  replyTo: null,
  mentions: [],
  reactions: [{ emoji: '👍', count: 1, userIds: ['user_456'], mine: false }],
  edited: false,
  edit: 0,
  pinned: false,
  createdAt: '2026-01-15T10:30:00.000000Z',
  updatedAt: '2026-01-15T10:30:00.000000Z',
  deletedAt: null,
  clientMessageId: null,
};

/**
 * Why a text that is there cannot be shown: a key it needs was destroyed, for ever; or is not in the key store, where a
 * backup may bring it back.
 */
export const TEXT_STATES = ['erased', 'key_missing'] as const;
export type TextState = (typeof TEXT_STATES)[number];

/** Stands where text cannot be opened any more because a key it needs was destroyed. */
export const ERASED = '[erased]';
/** Stands in the place of text that cannot be shown. */
export const PLACEHOLDERS: Readonly<Record<TextState, string>> = { erased: ERASED, key_missing: '[key missing]' };

/** Of an agent's answer: the run that it came out of. What the agent did not say is not there. */
export const messageRunSchema = z.object({
  runId: z.string(),
  triggerMessageId: z.string(),
  finish: z.enum(RUN_FINISHES),
  inputTokens: z.int().optional(),
  outputTokens: z.int().optional(),
  toolCalls: z.int().optional(),
  model: z.string().optional(),
});
export type MessageRunResource = z.infer<typeof messageRunSchema>;

/** A message as every surface shows it. `content` is null once deleted, a placeholder where it cannot be shown. */
export const messageSchema = z
  .object({
    id: z.string(),
    threadId: z.string(),
    conversationId: z.string(),
    /** Stream version of the last event that changed it. */
    seq: z.int(),
    messageIndex: z.int(),
    senderId: z.string(),
    senderType: z.enum(SENDER_TYPES),
    sender: z.object({ displayName: z.string().nullable(), avatarUrl: z.string().nullable() }),
    messageType: z.enum(MESSAGE_TYPES),
    content: z.string().nullable(),
    /** Only there where the text cannot be shown: `content` is a placeholder then, and files and metadata are left out. */
    contentState: z.enum(TEXT_STATES).optional(),
    attachments: z.array(attachmentSchema),
    metadata: z.record(z.string(), z.json()).nullable(),
    replyTo: z.string().nullable(),
    mentions: z.array(z.string()),
    reactions: z.array(reactionSchema),
    edited: z.boolean(),
    /** Number of edits so far: the ETag of a message. */
    edit: z.int(),
    pinned: z.boolean(),
    createdAt: z.string(),
    updatedAt: z.string(),
    deletedAt: z.string().nullable(),
    clientMessageId: z.string().nullable(),
    /** Messages in the sub-threads of this message, deleted ones aside; only there where it has sub-threads. */
    replyCount: z.int().optional(),
    /** When the newest of them was posted, deleted or not. */
    lastReplyAt: z.string().nullable().optional(),
    /** Only there where it is an agent's answer. */
    run: messageRunSchema.optional(),
  })
  .meta({ id: 'Message', example: messageExample });
export type MessageResource = z.infer<typeof messageSchema>;
