import { personIdSchema } from '@threadlog/auth';
import { attachmentSchema, contentInputSchema, LIMITS, metadataInputSchema } from '@threadlog/events';
import { z } from 'zod';
import { defineContract } from '../contract';
import { ifMatch, message } from '../fields';

export const messageEditSchema = z.strictObject({
  ...message,
  content: contentInputSchema.optional(),
  metadata: metadataInputSchema.nullable().optional(),
  attachments: z.array(attachmentSchema).max(LIMITS.attachments).optional(),
  mentions: z.array(personIdSchema).max(LIMITS.mentions).optional(),
  ...ifMatch,
});

export const messageEdit = defineContract('message.edit', messageEditSchema, 200);
