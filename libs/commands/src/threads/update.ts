import { metadataInputSchema, THREAD_STATUSES, titleInputSchema } from '@threadlog/events';
import { z } from 'zod';
import { defineContract } from '../contract';
import { ifMatch, thread } from '../fields';

export const threadUpdateSchema = z.strictObject({
  ...thread,
  title: titleInputSchema.nullable().optional(),
  metadata: metadataInputSchema.nullable().optional(),
  status: z.enum(THREAD_STATUSES).optional(),
  ...ifMatch,
});

export const threadUpdate = defineContract('thread.update', threadUpdateSchema, 200);
