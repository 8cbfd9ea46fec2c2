import { z } from 'zod';
import { ERASURE_REASONS, HOLD_REASONS, subjectSchema } from '../catalogue/values';

export const PRIVACY_KINDS = ['export', 'deletion'] as const;
export const PRIVACY_STATUSES = ['requested', 'running', 'completed', 'failed', 'cancelled'] as const;
export type PrivacyKind = (typeof PRIVACY_KINDS)[number];
export type PrivacyStatus = (typeof PRIVACY_STATUSES)[number];

/** How far the worker has come with a request; null before it began and where it is not known. */
export const privacyProgressSchema = z
  .object({
    /** The step under way, or the one it waits in. */
    step: z.string(),
    /** Things done in this step, and how many there are, where that is known. */
    done: z.int(),
    total: z.int().nullable(),
    /** Why it waits; null while it works. */
    blockedBy: z.enum(['grace_period', 'legal_hold', 'projection', 'retrying']).nullable(),
    updatedAt: z.string(),
  })
  .meta({ id: 'PrivacyProgress' });
export type PrivacyProgress = z.infer<typeof privacyProgressSchema>;

const privacyRequestExample = {
  id: '0198c0de-7a3b-7c11-8f00-2f6d1f6a9d10',
  kind: 'export' as const,
  subject: { kind: 'learner' as const, id: 'learner_7' },
  status: 'completed' as const,
  requestedBy: 'user_123',
  reason: null,
  progress: null,
  createdAt: '2026-01-15T09:00:00.000000Z',
  executeAfter: null,
  startedAt: null,
  erasedAt: null,
  completedAt: '2026-01-15T09:00:12.000000Z',
  expiresAt: '2026-01-18T09:00:12.000000Z',
  error: null,
  files: 7,
  counts: { threads: 3, messages: 412 },
  bytes: 81_234,
  sha256: '2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae',
  downloads: 0,
  download: null,
};

/** A request to export or to erase somebody, as every surface shows it. */
export const privacyRequestSchema = z
  .object({
    id: z.string(),
    kind: z.enum(PRIVACY_KINDS),
    subject: subjectSchema,
    status: z.enum(PRIVACY_STATUSES),
    requestedBy: z.string(),
    reason: z.enum(ERASURE_REASONS).nullable(),
    progress: privacyProgressSchema.nullable(),
    createdAt: z.string(),
    /** An erasure can be cancelled until then. */
    executeAfter: z.string().nullable(),
    startedAt: z.string().nullable(),
    /** When the keys were destroyed: from then on nothing can be read. */
    erasedAt: z.string().nullable(),
    completedAt: z.string().nullable(),
    /** When the file of an export goes. */
    expiresAt: z.string().nullable(),
    /** Code of what made it fail. */
    error: z.string().nullable(),
    files: z.int().nullable(),
    counts: z.record(z.string(), z.int()).nullable(),
    bytes: z.int().nullable(),
    sha256: z.string().nullable(),
    downloads: z.int(),
    /** A link that works without a token until it expires; only while the file is there. */
    download: z.object({ url: z.string(), expiresAt: z.string() }).nullable(),
  })
  .meta({ id: 'PrivacyRequest', example: privacyRequestExample });
export type PrivacyRequestResource = z.infer<typeof privacyRequestSchema>;

/** A legal hold. */
export const legalHoldSchema = z
  .object({
    id: z.string(),
    subject: subjectSchema.nullable(),
    threadId: z.string().nullable(),
    reason: z.enum(HOLD_REASONS),
    reference: z.string().nullable(),
    setBy: z.string(),
    setAt: z.string(),
  })
  .meta({ id: 'LegalHold' });
export type LegalHoldResource = z.infer<typeof legalHoldSchema>;

/** How long messages of a tenant are kept; `days` null: for ever. */
export const retentionSchema = z
  .object({ days: z.int().nullable(), source: z.enum(['tenant', 'deployment']) })
  .meta({ id: 'Retention', example: { days: 365, source: 'tenant' } });
export type RetentionResource = z.infer<typeof retentionSchema>;
