import { HOLD_REASONS, idInputSchema, threadIdInputSchema } from '@threadlog/events';
import { z } from 'zod';
import { defineContract } from '../contract';
import { aboutSchema } from '../fields';

/** Exactly one of the two is held. */
const tenantHoldSchema = z
  .strictObject({
    subject: aboutSchema.nullable().default(null),
    heldThreadId: threadIdInputSchema.nullable().default(null),
    reason: z.enum(HOLD_REASONS),
    reference: idInputSchema.nullable().default(null),
  })
  .refine(({ subject, heldThreadId }) => (subject === null) !== (heldThreadId === null), {
    message: 'must name a person or a thread, not both',
  });

export const tenantHold = defineContract('tenant.hold', tenantHoldSchema, 201);
