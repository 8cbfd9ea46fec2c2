import {
  freeText,
  instantInputSchema,
  threadIdInputSchema,
  v1ConversationSchema,
  v1MessageSchema,
} from '@threadlog/events';
import { z } from 'zod';
import { nearestLimit } from '../schemas';

/** Requests and answers of the reads of `/v1`, which are those of the gRPC service, too. */
const before = instantInputSchema.optional();

export const conversationParams = z.object({ conversationId: threadIdInputSchema });
export const messagesQuery = z.object({
  limit: nearestLimit,
  before_timestamp: before.meta({
    description: 'Only messages before this time; `next_before_timestamp` of a page, with all of its digits.',
  }),
  beforeTimestamp: before.meta({ description: 'The same in camel case.' }),
});
export const conversationsQuery = z.object({
  limit: nearestLimit,
  cursor: freeText(512).optional().meta({ description: 'The `next_cursor` of a page.' }),
});

export const messagesSchema = z
  .object({
    messages: z.array(v1MessageSchema),
    has_more: z.boolean(),
    /** Null on the last page. */
    next_before_timestamp: z.string().nullable(),
  })
  .meta({ id: 'V1Messages' });
export type V1Messages = z.infer<typeof messagesSchema>;

export const conversationsSchema = z
  .object({
    conversations: z.array(v1ConversationSchema),
    has_more: z.boolean(),
    /** Null on the last page. */
    next_cursor: z.string().nullable(),
  })
  .meta({ id: 'V1Conversations' });
export type V1Conversations = z.infer<typeof conversationsSchema>;
