import { idSchema, LIMITS } from '@threadlog/events';
import { z } from 'zod';
import { defineContract } from '../contract';
import { anyThread, scrubReasonSchema } from '../fields';

/** Deletes messages in the name of retention or privacy: the worker's own way, with nobody's rights. */
export const threadScrub = defineContract(
  'thread.scrub',
  z.strictObject({
    ...anyThread,
    messageIds: z.array(idSchema).min(1).max(LIMITS.scrubbedMessages),
    reason: scrubReasonSchema,
  }),
  204,
);
