import { personIdSchema } from '@threadlog/auth';
import {
  CHANNELS,
  freeText,
  idInputSchema,
  instantInputSchema,
  messageSchema,
  participantResourceSchema,
  queryNumberSchema,
  THREAD_STATUSES,
  threadIdInputSchema,
  threadSchema,
  staleSchema,
  usualNumberSchema,
} from '@threadlog/events';
import { z } from 'zod';

/** Largest and usual number of items of a page. */
export const PAGE_LIMIT = 200;
const PAGE_DEFAULT = 50;

export const pageLimit = usualNumberSchema({ min: 1, max: PAGE_LIMIT, usual: PAGE_DEFAULT }).meta({
  description: 'Most items of the page.',
});
const limit = pageLimit;
const cursor = freeText(512);
const flag = z
  .enum(['true', 'false'])
  .default('false')
  .transform((text) => text === 'true');

export const threadParams = z.object({ threadId: threadIdInputSchema });
export const messageParams = z.object({ threadId: threadIdInputSchema, messageId: idInputSchema });

export const tokenHeaders = z.object({
  'x-consistency-token': freeText(512).optional().meta({
    description: 'Token of a write that the answer must include; waits for it, or answers `projection_lagging`.',
  }),
});

/** Closed, like all queries here: a filter that is not known must not silently show more than was asked for. */
export const threadListQuery = z.strictObject({
  learnerId: personIdSchema.optional(),
  status: z.enum(THREAD_STATUSES).optional(),
  channel: z.enum(CHANNELS).optional(),
  participantId: personIdSchema.optional(),
  parentThreadId: threadIdInputSchema
    .optional()
    .meta({ description: 'The sub-threads of this thread, and only they.' }),
  hidden: flag.meta({ description: 'The threads that the caller has hidden, instead of the others.' }),
  updatedAfter: instantInputSchema.optional().meta({ description: 'Only threads whose last activity is later.' }),
  cursor: cursor.optional().meta({ description: 'A `nextCursor` or `prevCursor` of this list.' }),
  limit,
});

export const messagePageQuery = z.strictObject({
  before: cursor
    .optional()
    .meta({ description: 'Only messages before this cursor: `nextCursor` of a descending page.' }),
  after: cursor.optional().meta({ description: 'Only messages after this cursor: `nextCursor` of an ascending page.' }),
  order: z.enum(['asc', 'desc']).default('desc').meta({ description: 'By `messageIndex`; newest first by default.' }),
  includeDeleted: flag.meta({ description: 'Tombstones of deleted messages too.' }),
  limit,
});

export const messageQuery = z.strictObject({
  includeDeleted: flag.meta({ description: 'The tombstone of a deleted message, instead of `gone`.' }),
});

export const pinsQuery = z.strictObject({
  before: cursor.optional().meta({ description: 'Only messages before this cursor: `nextCursor` of a page.' }),
  limit,
});

export const historyQuery = z.strictObject({
  after: cursor.optional().meta({ description: 'Only texts after this cursor: `nextCursor` of a page.' }),
  limit,
});

export const participantsQuery = z.strictObject({ cursor: cursor.optional(), limit });

export const changesQuery = z.strictObject({
  since: queryNumberSchema(0).meta({
    description: 'The `seq` up to which the client knows the thread; 0 for nothing.',
  }),
});

export const pageEdgesShape = {
  hasMore: z.boolean(),
  nextCursor: z.string().nullable(),
  prevCursor: z.string().nullable(),
};

const edges = pageEdgesShape;

export const threadListSchema = z.object({ threads: z.array(threadSchema), ...edges }).meta({ id: 'ThreadPage' });
export const messagePageSchema = z
  .object({ messages: z.array(messageSchema), ...edges, totalCount: z.int(), stale: staleSchema.optional() })
  .meta({ id: 'MessagePage' });
export const pinsSchema = z.object({ messages: z.array(messageSchema), ...edges }).meta({ id: 'PinPage' });
export const participantPageSchema = z
  .object({ items: z.array(participantResourceSchema), ...edges })
  .meta({ id: 'ParticipantPage' });
export const historySchema = z
  .object({
    items: z.array(
      z.object({
        edit: z.int(),
        content: z.string(),
        contentState: messageSchema.shape.contentState,
        editedAt: z.string(),
      }),
    ),
    ...edges,
  })
  .meta({ id: 'MessageHistory' });
const receiptSchema = z
  .object({ userId: z.string(), messageId: z.string(), messageIndex: z.int(), readAt: z.string() })
  .meta({ id: 'Receipt' });
export const receiptsSchema = z.object({ items: z.array(receiptSchema) }).meta({ id: 'Receipts' });
export const unreadSchema = z
  .object({
    total: z.int().meta({ description: 'Over the threads that are neither muted nor hidden.' }),
    threads: z.array(
      z.object({
        threadId: z.string(),
        unreadCount: z.int(),
        muted: z.boolean().meta({ description: 'Muted now, itself or with its root.' }),
        hidden: z.boolean().meta({ description: 'Hidden, itself or with its root.' }),
      }),
    ),
  })
  .meta({ id: 'Unread' });
export const changesSchema = z
  .object({
    seq: z.int(),
    messages: z.array(messageSchema),
    thread: threadSchema.optional(),
    participants: z.array(participantResourceSchema).optional(),
    receipts: z.array(receiptSchema),
    resync: z.boolean(),
  })
  .meta({ id: 'ThreadChanges' });

export const etagHeaders = z.object({ ETag: z.string().meta({ description: 'For `If-Match` of a change.' }) });
