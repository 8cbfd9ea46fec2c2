import { z } from 'zod';
import { idSchema, threadIdSchema } from '../ids';
import * as v from './values';
import { defineEvent } from './define';

/** A tenant's own stream: what holds for all of it, and what must be decided one after another. */
export const tenantEvents = {
  CHAT_LEGAL_HOLD_SET: defineEvent('tenant', [], {
    hold_id: idSchema,
    subject: v.subjectSchema.nullable(),
    held_thread_id: threadIdSchema.nullable(),
    reason: z.enum(v.HOLD_REASONS),
    reference: idSchema.nullable(),
  }),
  CHAT_LEGAL_HOLD_RELEASED: defineEvent('tenant', [], { hold_id: idSchema }),
  CHAT_RETENTION_SET: defineEvent('tenant', [], {
    /** Null: kept for ever, or, with `uses_default`, as long as the deployment says. */
    days: v.positiveInt.nullable(),
    uses_default: z.boolean(),
  }),
  CHAT_ERASURE_BEGUN: defineEvent('tenant', [], { request_id: idSchema, subject: v.subjectSchema }),
  CHAT_ERASURE_ENDED: defineEvent('tenant', [], { request_id: idSchema }),
};
