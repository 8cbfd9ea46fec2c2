import { personIdSchema } from '@threadlog/auth';
import {
  attachmentSchema,
  captionInputSchema,
  clientMessageIdSchema,
  idInputSchema,
  LIMITS,
  MESSAGE_TYPES,
  metadataInputSchema,
  requireSaying,
} from '@threadlog/events';
import { z } from 'zod';
import { defineContract } from '../contract';
import { thread } from '../fields';

/** Before the rule that a message says something; for surfaces to take fields of. */
export const messagePostFields = z.strictObject({
  ...thread,
  content: captionInputSchema,
  messageType: z.enum(MESSAGE_TYPES).default('text'),
  attachments: z.array(attachmentSchema).max(LIMITS.attachments).default([]),
  metadata: metadataInputSchema.nullable().default(null),
  replyTo: idInputSchema.nullable().default(null),
  mentions: z.array(personIdSchema).max(LIMITS.mentions).default([]),
  clientMessageId: clientMessageIdSchema.nullable().default(null),
});
export const messagePostSchema = requireSaying(messagePostFields);

export const messagePost = defineContract('message.post', messagePostSchema, 201);
