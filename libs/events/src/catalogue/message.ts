import { z } from 'zod';
import { idSchema, threadIdSchema } from '../ids';
import { runSchema } from './agent';
import * as v from './values';
import { defineEvent } from './define';

const message = { thread_id: threadIdSchema, message_id: idSchema, message_index: v.positiveInt };
const CONTROLS = '\\x00-\\x1f\\x7f-\\x9f';
/**
 * A reaction as it stands in logs: bounded, never free text. What may be written is one emoji or short code
 * (`canonicalEmoji`); this pattern also takes what former builds let in, and says it in terms that every regular
 * expression engine has.
 */
export const emojiSchema = z.string().regex(new RegExp(`^[^${CONTROLS} <>&]{1,64}$`, 'u'));
export const clientMessageIdSchema = z.string().regex(/^[A-Za-z0-9._:@|+~-]{1,255}$/);

export const messageEvents = {
  CHAT_MESSAGE_CREATED: defineEvent('thread', ['content', 'metadata', 'attachments'], {
    ...message,
    sender_id: idSchema,
    sender_type: z.enum(v.SENDER_TYPES),
    message_type: z.enum(v.MESSAGE_TYPES),
    content: v.sealedSchema,
    metadata: v.sealedSchema.nullable(),
    attachments: v.sealedSchema.nullable(),
    reply_to: idSchema.nullable(),
    mentions: z.array(idSchema),
    client_message_id: clientMessageIdSchema.nullable(),
    silent: z.boolean().optional(),
    expires_at: v.microTimestamp.nullable().optional(),
    original_created_at: v.microTimestamp.nullable().optional(),
    /** Of an agent's answer. */
    run: runSchema.optional(),
    /** Of what an agent posts by itself: agents in a row, this one included. */
    hops: v.positiveInt.optional(),
  }),
  CHAT_MESSAGE_UPDATED: defineEvent('thread', ['content', 'metadata', 'attachments'], {
    ...message,
    content: v.sealedSchema.optional(),
    metadata: v.sealedSchema.nullable().optional(),
    attachments: v.sealedSchema.nullable().optional(),
    mentions: z.array(idSchema).optional(),
    edit: v.positiveInt,
  }),
  CHAT_MESSAGE_DELETED: defineEvent('thread', [], { ...message, reason: z.enum(v.DELETE_REASONS) }),
  CHAT_REACTION_ADDED: defineEvent('thread', [], { ...message, emoji: emojiSchema, user_id: idSchema }),
  CHAT_REACTION_REMOVED: defineEvent('thread', [], { ...message, emoji: emojiSchema, user_id: idSchema }),
  CHAT_MESSAGE_PINNED: defineEvent('thread', [], message),
  CHAT_MESSAGE_UNPINNED: defineEvent('thread', [], message),
};
