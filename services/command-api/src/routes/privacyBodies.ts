import { anyPersonIdSchema } from '@threadlog/auth';
import {
  ERASURE_REASONS,
  HOLD_REASONS,
  idInputSchema,
  instantInputSchema,
  LIMITS,
  threadIdInputSchema,
  type Subject,
  type TenantId,
} from '@threadlog/events';
import { z } from 'zod';
import { requireOneOf } from '../http/bodyRules';

const person = { learnerId: anyPersonIdSchema.optional(), userId: anyPersonIdSchema.optional() };

export const personBody = requireOneOf(z.strictObject(person), ['learnerId', 'userId']).meta({
  example: { learnerId: 'learner_7' },
});

export const deleteBody = requireOneOf(
  z.strictObject({
    ...person,
    tenant: z.literal(true).optional().meta({ description: 'All people, threads and messages of the tenant.' }),
    reason: z.enum(ERASURE_REASONS).optional(),
    executeAfter: instantInputSchema.optional().meta({
      description:
        `Until then it can be called off; at most ${LIMITS.erasureDays} days ahead, and earlier than the grace period ` +
        'only for privacy officers.',
    }),
  }),
  ['learnerId', 'userId', 'tenant'],
).meta({ example: { learnerId: 'learner_7', reason: 'consent_withdrawn' } });

export const holdBody = requireOneOf(
  z.strictObject({
    ...person,
    tenant: z.literal(true).optional().meta({ description: 'Everything of the tenant.' }),
    threadId: threadIdInputSchema.optional(),
    reason: z.enum(HOLD_REASONS),
    reference: idInputSchema.optional().meta({ description: 'Number of a case, say; no text.' }),
  }),
  ['learnerId', 'userId', 'threadId', 'tenant'],
).meta({ example: { learnerId: 'learner_7', reason: 'litigation', reference: 'case-2026-17' } });

export const retentionBody = z
  .strictObject({ days: z.int().min(1).max(LIMITS.retentionDays).nullable() })
  .meta({ example: { days: 365 } });

interface NamedPerson {
  learnerId?: string | undefined;
  userId?: string | undefined;
}

interface Named extends NamedPerson {
  tenant?: true | undefined;
  threadId?: string | undefined;
}

/** The person that a body names; one is there by the schema. */
export function personOf({ learnerId, userId }: NamedPerson): Subject & { kind: 'learner' | 'user' } {
  return learnerId === undefined ? { kind: 'user', id: userId! } : { kind: 'learner', id: learnerId };
}

/** The person or the tenant that a body names; null for a thread. */
export function subjectIn(body: Named, tenantId: TenantId): Subject | null {
  if (body.threadId !== undefined) return null;
  return body.tenant ? { kind: 'tenant', id: tenantId } : personOf(body);
}
