import { z } from 'zod';
import { AGENT_MODES, CHANNELS, PARTICIPANT_ROLES, THREAD_STATUSES, THREAD_TYPES } from '../catalogue/values';
import { messageExample, messageSchema, TEXT_STATES } from './message';

export const participantResourceSchema = z
  .object({
    userId: z.string(),
    role: z.enum(PARTICIPANT_ROLES),
    displayName: z.string().nullable(),
    avatarUrl: z.string().nullable(),
    /** Index of the last message the user has read; 0 when none. */
    readIndex: z.int(),
  })
  .meta({
    id: 'Participant',
    example: {
      userId: 'user_123',
      role: 'owner',
      displayName: 'John Doe',
      avatarUrl: 'https://example.com/john.png',
      readIndex: 17,
    },
  });
export type ParticipantResource = z.infer<typeof participantResourceSchema>;

export const threadExample = {
  id: '0198c0de-7a3b-8c11-8f00-2f6d1f6a9d10',
  type: 'group',
  channel: 'chat',
  status: 'active',
  agentMode: 'auto',
  title: 'Homework',
  learnerId: 'learner_7',
  parentThreadId: null,
  rootMessageId: null,
  metadata: { course: 'algebra' },
  participants: [
    {
      userId: 'user_123',
      role: 'owner',
      displayName: 'John Doe',
      avatarUrl: 'https://example.com/john.png',
      readIndex: 17,
    },
  ],
  participantCount: 1,
  messageCount: 17,
  unreadCount: 0,
  lastMessage: messageExample,
  preferences: { mutedUntil: null, pinned: false, hidden: false, markedUnread: false },
  seq: 42,
  createdBy: 'user_123',
  createdAt: '2026-01-15T09:00:00.000000Z',
  updatedAt: '2026-01-15T10:30:00.000000Z',
};

/** Only there where what follows waits for an operator: one of the thread's events could not be processed. */
export const staleSchema = z.literal(true).meta({
  description: 'Only there where newer changes wait for an operator: one of the events could not be processed.',
});

/** A thread ("conversation" on some surfaces) as every surface shows it. */
export const threadSchema = z
  .object({
    id: z.string(),
    type: z.enum(THREAD_TYPES),
    channel: z.enum(CHANNELS),
    status: z.enum(THREAD_STATUSES),
    /** Which messages agents answer here; null for a sub-thread, where its conversation's counts. */
    agentMode: z.enum(AGENT_MODES).nullable(),
    title: z.string().nullable(),
    /** Only there where the title cannot be shown: it is a placeholder then. */
    titleState: z.enum(TEXT_STATES).optional(),
    learnerId: z.string().nullable(),
    parentThreadId: z.string().nullable(),
    rootMessageId: z.string().nullable(),
    metadata: z.record(z.string(), z.json()).nullable(),
    /** Only there where the metadata cannot be shown: it is null then. */
    metadataState: z.enum(TEXT_STATES).optional(),
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
    stale: staleSchema.optional(),
  })
  .meta({ id: 'Thread', example: threadExample });
export type ThreadResource = z.infer<typeof threadSchema>;

/** How a user wants to see a thread. */
const preferencesSchema = threadSchema.shape.preferences;

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
  .meta({
    id: 'UserThread',
    example: {
      threadId: threadExample.id,
      messageId: messageExample.id,
      messageIndex: 17,
      readAt: '2026-01-15T10:30:00.000000Z',
      preferences: { mutedUntil: '2026-01-16T08:00:00.000000Z', pinned: true, hidden: false, markedUnread: false },
    },
  });
export type UserThreadResource = z.infer<typeof userThreadSchema>;
