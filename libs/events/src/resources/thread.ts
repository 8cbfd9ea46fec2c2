import { z } from 'zod';
import { CHANNELS, PARTICIPANT_ROLES, THREAD_STATUSES, THREAD_TYPES } from '../catalogue/values';
import { messageSchema } from './message';

export const participantResourceSchema = z
  .object({
    userId: z.string(),
    role: z.enum(PARTICIPANT_ROLES),
    displayName: z.string().nullable(),
    avatarUrl: z.string().nullable(),
    /** Index of the last message the user has read; 0 when none. */
    readIndex: z.int(),
  })
  .meta({ id: 'Participant' });
export type ParticipantResource = z.infer<typeof participantResourceSchema>;

/** A thread ("conversation" on some surfaces) as every surface shows it. */
export const threadSchema = z
  .object({
    id: z.string(),
    type: z.enum(THREAD_TYPES),
    channel: z.enum(CHANNELS),
    status: z.enum(THREAD_STATUSES),
    title: z.string().nullable(),
    learnerId: z.string().nullable(),
    parentThreadId: z.string().nullable(),
    rootMessageId: z.string().nullable(),
    metadata: z.record(z.string(), z.json()).nullable(),
    /** At most 20, in the order they joined. */
    participants: z.array(participantResourceSchema),
    participantCount: z.int(),
    messageCount: z.int(),
    unreadCount: z.int(),
    lastMessage: messageSchema.nullable(),
    preferences: z.object({
      mutedUntil: z.string().nullable(),
      pinned: z.boolean(),
      hidden: z.boolean(),
      markedUnread: z.boolean(),
    }),
    seq: z.int(),
    createdBy: z.string(),
    createdAt: z.string(),
    updatedAt: z.string(),
  })
  .meta({ id: 'Thread' });
export type ThreadResource = z.infer<typeof threadSchema>;

/** How a user wants to see a thread. */
export const preferencesSchema = threadSchema.shape.preferences;

/** What a user has read of a thread, and its preferences. */
export const userThreadSchema = z
  .object({
    threadId: z.string(),
    /** The last message read; null when none was. */
    messageId: z.string().nullable(),
    messageIndex: z.int(),
    readAt: z.string().nullable(),
    preferences: preferencesSchema,
  })
  .meta({ id: 'UserThread' });
export type UserThreadResource = z.infer<typeof userThreadSchema>;
