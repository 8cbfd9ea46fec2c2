import { personIdSchema } from '@threadlog/auth';
import {
  CHANNELS,
  conversationSchema,
  freeText,
  idInputSchema,
  instantInputSchema,
  messageSchema,
  staleSchema,
  THREAD_STATUSES,
  threadIdInputSchema,
} from '@threadlog/events';
import { z } from 'zod';
import { presenceItemSchema } from '../presence/schemas';
import { PAGE_LIMIT, tokenHeaders } from '../schemas';

const PAGE_DEFAULT = 50;

/** Clients of these surfaces were not told of bounds: a limit beyond them means the nearest, no number the usual one. */
export const nearestLimit = freeText(64)
  .optional()
  .transform((text) => {
    const asked = Math.trunc(Number(text ?? PAGE_DEFAULT));
    return Number.isFinite(asked) ? Math.min(Math.max(asked, 1), PAGE_LIMIT) : PAGE_DEFAULT;
  })
  .meta({ description: `Most items of the page; 1 to ${PAGE_LIMIT}, else the nearest.`, example: '50' });
const limit = nearestLimit;
const cursor = freeText(512).optional();

export const conversationParams = z.object({ conversationId: threadIdInputSchema });
export const subThreadParams = conversationParams.extend({ threadId: threadIdInputSchema });

/** Open: parameters that are not known are passed over. */
export const listQuery = z.object({
  learnerId: personIdSchema.optional(),
  status: z.enum(THREAD_STATUSES).optional(),
  channel: z.enum(CHANNELS).optional(),
  participantId: personIdSchema.optional(),
  updatedAfter: instantInputSchema.optional(),
  cursor,
  limit,
});
export const pageQuery = z.object({
  before: cursor.meta({ description: 'The `nextCursor` of a page: older messages.' }),
  after: cursor.meta({ description: 'The `prevCursor` of a page: newer messages.' }),
  limit,
});
export const recentQuery = z.object({
  cursor: cursor.meta({ description: 'The `next_cursor` of a page.' }),
  limit,
});

const edges = { hasMore: z.boolean(), nextCursor: z.string().nullable(), prevCursor: z.string().nullable() };
export const conversationPageSchema = z
  .object({ conversations: z.array(conversationSchema), ...edges })
  .meta({ id: 'ConversationPage' });
export const subThreadPageSchema = z
  .object({
    thread: conversationSchema,
    messages: z.array(messageSchema),
    ...edges,
    totalCount: z.int(),
    stale: staleSchema.optional(),
  })
  .meta({ id: 'SubThreadPage' });

export const presenceSchema = z
  .object({
    online: z.array(z.string()),
    items: z.array(presenceItemSchema),
  })
  .meta({
    id: 'ConversationPresence',
    example: {
      online: ['user_123'],
      items: [
        { userId: 'user_123', state: 'online', lastSeenAt: '2026-01-15T10:30:00.000000Z' },
        { userId: 'user_456', state: 'offline', lastSeenAt: null },
      ],
    },
  });

export const recentSchema = z
  .object({
    messages: z.array(
      z.object({
        id: z.string(),
        conversation_id: z.string(),
        user_id: z.string(),
        content: z.string(),
        message_type: z.enum(['user', 'assistant', 'system']),
        metadata: z.record(z.string(), z.json()),
        created_at: z.string(),
        updated_at: z.string(),
      }),
    ),
    total_count: z.int(),
    has_more: z.boolean(),
    next_cursor: z.string().nullable(),
  })
  .meta({
    id: 'RecentMessages',
    example: {
      messages: [
        {
          id: '0198c0de-7a3b-7c11-8f00-2f6d1f6a9d11',
          conversation_id: '0198c0de-7a3b-8c11-8f00-2f6d1f6a9d10',
          user_id: 'user_123',
          content: 'Hello!',
          message_type: 'user',
          metadata: {},
          created_at: '2026-01-15T10:30:00.000000Z',
          updated_at: '2026-01-15T10:30:00.000000Z',
        },
      ],
      total_count: 123,
      has_more: true,
      next_cursor: 'MW0xMjI',
    },
  });

export const internalHeaders = tokenHeaders.extend({
  'x-tenant-id': idInputSchema
    .optional()
    .meta({ description: 'The tenant; `AUTH_DEFAULT_TENANT` where it is left out.' }),
});
export const userParams = z.object({ externalUserId: personIdSchema });
export const userSchema = z
  .object({
    externalUserId: z.string(),
    displayName: z.string().nullable(),
    avatarUrl: z.string().nullable(),
    email: z.string().nullable(),
    metadata: z.record(z.string(), z.json()).nullable(),
    syncedAt: z.string(),
  })
  .meta({
    id: 'UserProfile',
    example: {
      externalUserId: 'user_123',
      displayName: 'John Doe',
      avatarUrl: 'https://example.com/john.png',
      email: null,
      metadata: { role: 'teacher' },
      syncedAt: '2026-01-15T10:30:00.000000Z',
    },
  });
const tally = z.int();
export const statsSchema = z
  .object({
    conversations: tally,
    messages: tally,
    users: tally,
    /** Null where no realtime instance tells. */
    onlineUsers: tally.nullable(),
    connections: tally.nullable(),
    messagesLast24h: tally,
  })
  .meta({
    id: 'Stats',
    example: {
      conversations: 120,
      messages: 5210,
      users: 64,
      onlineUsers: 12,
      connections: 17,
      messagesLast24h: 431,
    },
  });
