import { tenantIdSchema } from '@threadlog/events';
import { z } from 'zod';
import { count, words } from '../words';
import { placeText } from './place';

const partitionNumber = z.coerce.number().int().min(0).max(999);
const offsetNumber = z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER);

export const logQuery = z.object({
  partition: partitionNumber.optional(),
  tenant: tenantIdSchema.optional(),
  type: z
    .string()
    .regex(/^[\w.-]{1,100}$/, 'must be the type of an event')
    .optional(),
  text: z.string().min(1).max(200).optional(),
  before: placeText.optional(),
  after: placeText.optional(),
  /** With `partition`: begins at this offset and goes on from there. */
  from: offsetNumber.optional(),
});

export const recordQuery = z.object({ partition: partitionNumber, offset: offsetNumber });

export const revealBody = z.object({
  partition: z.int().min(0).max(999),
  offset: count,
  reason: words(500),
  by: words(100),
});

const row = z.object({
  partition: count,
  offset: count,
  at: z.string().nullable(),
  standing: z.enum(['counts', 'late', 'malformed', 'unreadable']),
  key: z.string(),
  bytes: count,
  type: z.string().nullable(),
  tenant: z.string().nullable(),
  stream: z.object({ type: z.string(), id: z.string() }).nullable(),
  seq: count.nullable(),
  actor: z.object({ type: z.string(), id: z.string() }).nullable(),
});

export const logAnswer = z.object({
  /** The newest first. */
  rows: z.array(row),
  /** Pass it as `before` for older ones; null where there are none. */
  older: z.string().nullable(),
  /** Pass it as `after` for newer ones. */
  newer: z.string(),
  /** Whether there are newer ones already. */
  more: z.boolean(),
  looked: count,
});

export const recordAnswer = row.extend({
  eventId: z.string().nullable(),
  fault: z.string().nullable(),
  /** As JSON, what people wrote as `(sealed)`. */
  data: z.string().nullable(),
});

export const revealAnswer = z.object({ partition: count, offset: count, fields: z.record(z.string(), z.json()) });
