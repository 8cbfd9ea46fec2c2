import {
  codeSchema,
  jsonObjectSchema,
  keyEvidenceSchema,
  LIMITS,
  microTimestamp,
  sha256Schema,
} from '@threadlog/events';
import { z } from 'zod';
import { defineContract } from '../contract';
import { privacyRequest } from '../fields';

const countsSchema = z
  .record(codeSchema, z.int().min(0))
  .refine((counts) => Object.keys(counts).length <= LIMITS.exportCounts, `at most ${LIMITS.exportCounts} counts`);
const receiptSchema = jsonObjectSchema({ bytes: LIMITS.receiptCharacters, depth: LIMITS.metadataDepth });

const outcomeSchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('exported'),
    files: z.int().min(0),
    counts: countsSchema,
    bytes: z.int().min(0),
    sha256: sha256Schema,
    expiresAt: microTimestamp,
  }),
  z.strictObject({ type: z.literal('export_failed'), code: codeSchema }),
  z.strictObject({ type: z.literal('downloaded') }),
  z.strictObject({ type: z.literal('deletion_started') }),
  z.strictObject({
    type: z.literal('erased'),
    keys: z.array(keyEvidenceSchema).max(LIMITS.keysReported),
    /** How many there are, where those named are only the first of them. */
    keysTotal: z.int().min(0).optional(),
  }),
  z.strictObject({ type: z.literal('deletion_completed'), receipt: receiptSchema }),
  z.strictObject({ type: z.literal('deletion_failed'), code: codeSchema }),
]);

/** What the worker reports of a request, a step at a time. Reporting a step twice changes nothing. */
export const privacyReport = defineContract(
  'privacy.report',
  z.strictObject({ ...privacyRequest, outcome: outcomeSchema }),
  204,
);
