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

const person = { learnerId: anyPersonIdSchema.optional(), userId: anyPersonIdSchema.optional() };
const ONE_PERSON = { message: 'must name one of `learnerId` and `userId`', path: ['userId'] };

interface NamedPerson {
  learnerId?: string | undefined;
  userId?: string | undefined;
}
interface Named extends NamedPerson {
  tenant?: true | undefined;
  threadId?: string | undefined;
}

/** How many of the things that a body may be about it names. */
const named = ({ learnerId, userId, tenant, threadId }: Named): number =>
  [learnerId, userId, tenant, threadId].filter((value) => value !== undefined).length;

export const personBody = z
  .strictObject(person)
  .refine((body) => named(body) === 1, ONE_PERSON)
  .meta({ example: { learnerId: 'learner_7' } });

export const deleteBody = z
  .strictObject({
    ...person,
    tenant: z.literal(true).optional().meta({ description: 'All people, threads and messages of the tenant.' }),
    reason: z.enum(ERASURE_REASONS).optional(),
    executeAfter: instantInputSchema.optional().meta({
      description: 'Until then it can be called off; earlier than the grace period only for privacy officers.',
    }),
  })
  .refine((body) => named(body) === 1, {
    message: 'must name one of `learnerId`, `userId` and `tenant`',
    path: ['userId'],
  })
  .meta({ example: { learnerId: 'learner_7', reason: 'consent_withdrawn' } });

export const holdBody = z
  .strictObject({
    ...person,
    tenant: z.literal(true).optional().meta({ description: 'Everything of the tenant.' }),
    threadId: threadIdInputSchema.optional(),
    reason: z.enum(HOLD_REASONS),
    reference: idInputSchema.optional().meta({ description: 'Number of a case, say; no text.' }),
  })
  .refine((body) => named(body) === 1, {
    message: 'must name one of `learnerId`, `userId`, `threadId` and `tenant`',
    path: ['userId'],
  })
  .meta({ example: { learnerId: 'learner_7', reason: 'litigation', reference: 'case-2026-17' } });

export const retentionBody = z
  .strictObject({ days: z.int().min(1).max(LIMITS.retentionDays).nullable() })
  .meta({ example: { days: 365 } });

/** The person that a body names; one is there by the schema. */
export function personOf({ learnerId, userId }: NamedPerson): Subject & { kind: 'learner' | 'user' } {
  return learnerId === undefined ? { kind: 'user', id: userId! } : { kind: 'learner', id: learnerId };
}

/** The person or the tenant that a body names; null for a thread. */
export function subjectIn(body: Named, tenantId: TenantId): Subject | null {
  if (body.threadId !== undefined) return null;
  return body.tenant ? { kind: 'tenant', id: tenantId } : personOf(body);
}
