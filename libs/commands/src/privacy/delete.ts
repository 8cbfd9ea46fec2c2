import { ERASURE_REASONS, instantInputSchema } from '@threadlog/events';
import { z } from 'zod';
import { defineContract } from '../contract';
import { aboutSchema } from '../fields';

export const privacyDeleteSchema = z.strictObject({
  subject: aboutSchema,
  reason: z.enum(ERASURE_REASONS).default('subject_request'),
  /** Null: after the deployment's grace period. */
  executeAfter: instantInputSchema.nullable().default(null),
});

export const privacyDelete = defineContract('privacy.delete', privacyDeleteSchema, 201);
