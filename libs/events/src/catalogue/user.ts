import { z } from 'zod';
import { idSchema, threadIdSchema } from '../ids';
import * as v from './values';
import { defineEvent } from './define';

export const userEvents = {
  CHAT_USER_SYNCED: defineEvent('user', ['display_name', 'avatar_url', 'email', 'metadata'], {
    user_id: idSchema,
    display_name: v.sealedSchema.nullable(),
    avatar_url: v.sealedSchema.nullable(),
    email: v.sealedSchema.nullable(),
    metadata: v.sealedSchema.nullable(),
  }),
  CHAT_USER_REMOVED: defineEvent('user', [], { user_id: idSchema }),
  CHAT_THREAD_READ: defineEvent('user', [], {
    thread_id: threadIdSchema,
    message_id: idSchema,
    message_index: v.positiveInt,
    read_at: v.microTimestamp,
  }),
  CHAT_THREAD_PREFERENCES_CHANGED: defineEvent('user', [], {
    thread_id: threadIdSchema,
    muted_until: v.microTimestamp.nullable().optional(),
    pinned: z.boolean().optional(),
    hidden: z.boolean().optional(),
    marked_unread: z.boolean().optional(),
  }),
};
