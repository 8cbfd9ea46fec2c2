import { freeText, instantInputSchema, threadIdInputSchema } from '@threadlog/events';
import { z } from 'zod';
import { nearestLimit } from '../schemas';

/** Requests of the reads of `/v1`, which are those of the gRPC service, too. */
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

/** The same as the gRPC service has them: one object, without a header or a path. */
export const messagesRequest = z.object({
  conversationId: conversationParams.shape.conversationId,
  limit: nearestLimit,
  beforeTimestamp: before,
});
