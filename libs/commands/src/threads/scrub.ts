import { idInputSchema, LIMITS } from '@threadlog/events';
import { z } from 'zod';
import { defineContract } from '../contract';
import { scrubReasonSchema, thread } from '../fields';

/** Deletes messages in the name of retention or privacy: the worker's own way, with nobody's rights. */
export const threadScrub = defineContract(
  'thread.scrub',
  z.strictObject({
    ...thread,
    messageIds: z.array(idInputSchema).min(1).max(LIMITS.scrubbedMessages),
    reason: scrubReasonSchema,
  }),
  204,
);
