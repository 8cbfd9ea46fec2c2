import { z } from 'zod';
import { idSchema, threadIdSchema } from '../ids';
import * as v from './values';
import { defineEvent } from './define';

const thread = { thread_id: threadIdSchema };

export const threadEvents = {
  CHAT_THREAD_CREATED: defineEvent('thread', ['title', 'metadata'], {
    ...thread,
    type: z.enum(v.THREAD_TYPES),
    channel: z.enum(v.CHANNELS),
    learner_id: idSchema.nullable(),
    title: v.sealedSchema.nullable(),
    metadata: v.sealedSchema.nullable(),
    parent_thread_id: threadIdSchema.nullable(),
    root_message_id: idSchema.nullable(),
    /** Of a sub-thread: the root's version that it begins at, its message's first one where it branches off. */
    root_version: v.positiveInt.nullable().optional(),
    participants: z.array(v.participantSchema),
  }),
  CHAT_THREAD_UPDATED: defineEvent('thread', ['title', 'metadata'], {
    ...thread,
    title: v.sealedSchema.nullable().optional(),
    metadata: v.sealedSchema.nullable().optional(),
    /** There where what is null was taken away because whoever wrote it was erased. */
    reason: z.literal('privacy').optional(),
  }),
  CHAT_THREAD_STATUS_CHANGED: defineEvent('thread', [], {
    ...thread,
    status: z.enum(v.THREAD_STATUSES),
    previous: z.enum(v.THREAD_STATUSES),
  }),
  CHAT_THREAD_DELETED: defineEvent('thread', [], { ...thread, reason: z.enum(v.DELETE_REASONS) }),
  CHAT_PARTICIPANT_ADDED: defineEvent('thread', [], {
    ...thread,
    user_id: idSchema,
    role: z.enum(v.PARTICIPANT_ROLES),
    visible_from_index: v.positiveInt,
    /** The root's version from which on sub-threads are seen; the event's own where the history is not seen whole. */
    visible_from_version: v.positiveInt.optional(),
  }),
  CHAT_PARTICIPANT_REMOVED: defineEvent('thread', [], {
    ...thread,
    user_id: idSchema,
    reason: z.enum(v.LEAVE_REASONS),
  }),
  CHAT_PARTICIPANT_ROLE_CHANGED: defineEvent('thread', [], {
    ...thread,
    user_id: idSchema,
    role: z.enum(v.PARTICIPANT_ROLES),
    previous: z.enum(v.PARTICIPANT_ROLES),
  }),
};
