import { personIdSchema } from '@threadlog/auth';
import {
  CHANNELS,
  idInputSchema,
  LIMITS,
  metadataInputSchema,
  THREAD_TYPES,
  threadIdInputSchema,
  titleInputSchema,
} from '@threadlog/events';
import { z } from 'zod';
import { defineContract } from '../contract';

export const threadCreateSchema = z.strictObject({
  title: titleInputSchema.nullable().default(null),
  learnerId: personIdSchema.nullable().default(null),
  type: z.enum(THREAD_TYPES).default('group'),
  channel: z.enum(CHANNELS).default('chat'),
  participantIds: z.array(personIdSchema).max(LIMITS.participants).default([]),
  metadata: metadataInputSchema.nullable().default(null),
  parentThreadId: threadIdInputSchema.nullable().default(null),
  rootMessageId: idInputSchema.nullable().default(null),
});

export const threadCreate = defineContract('thread.create', threadCreateSchema, 201);
