import { z } from 'zod';
import { count, words } from './words';

/** Streams or records in one answer. */
export const PAGE = 50;
/** Longest text of an operator that is kept. */
const MAX_WORDS = 500;
/** No key is longer. */
const MAX_KEY = 1_000;

const recordKeyInput = z
  .string()
  .max(MAX_KEY)
  .regex(/^[^\0\p{Cs}]+$/u, 'must be a record key');

/** `PARTITION:OFFSET`: where a page ended. */
const place = z
  .string()
  .regex(/^\d{1,9}:\d{1,15}$/, 'must be what a page gave as next')
  .transform((text) => {
    const [partition, offset] = text.split(':').map(Number);
    return { partition: partition!, offset: offset! };
  });

export const streamsQuery = z.object({ after: place.optional() });
export const recordsQuery = z.object({ key: recordKeyInput });
export const replayBody = z.object({ key: recordKeyInput });
export const discardBody = z.object({
  key: recordKeyInput,
  offset: z.int().min(0),
  reason: words(MAX_WORDS),
  by: words(100),
  force: z.boolean().optional(),
});

const figures = z.object({ used: z.number(), limit: z.number(), heapUsed: z.number(), heapLimit: z.number() });
const checks = z.record(z.string(), z.string());

const knownProcess = z.object({
  id: z.string(),
  url: z.string(),
  version: z.string(),
  roles: z.array(z.string()),
  startedAt: z.string(),
  silentSeconds: z.number(),
  ready: z.boolean(),
  waitsFor: checks,
  memory: figures,
});

const partition = z.object({
  partition: count,
  epoch: count.nullable(),
  owner: z.string().nullable(),
  head: count,
  lagRecords: count,
  lagSeconds: z.number().nullable(),
});

export const healthAnswer = z.object({
  self: z.object({ id: z.string(), ready: z.boolean(), checks, notes: checks }),
  deployment: z
    .object({
      at: z.string(),
      processes: z.array(knownProcess),
      partitions: z.array(partition),
      generation: count,
      generations: z.array(z.object({ generation: count, state: z.string() })),
      quarantine: z.object({ parked: count, quarantined: count, closed: count }),
      losses: z.array(z.string()),
    })
    .nullable(),
});

export const streamsAnswer = z.object({
  generation: count,
  streams: z.array(
    z.object({
      key: z.string(),
      partition: count,
      records: count,
      firstOffset: count,
      reason: z.string(),
      since: z.string(),
      parked: z.boolean(),
      closed: z.boolean(),
    }),
  ),
  /** Pass it as `after` for the next page; null where there is none. */
  next: z.string().nullable(),
});

export const recordsAnswer = z.object({
  key: z.string(),
  generation: count,
  records: z.array(
    z.object({
      partition: count,
      offset: count,
      type: z.string().nullable(),
      time: z.string().nullable(),
      bytes: count,
      reason: z.string(),
      quarantinedAt: z.string(),
      discarded: z.boolean(),
    }),
  ),
  /** Those that an operator gave up. */
  discarded: z.array(
    z.object({ offset: count, reason: z.string(), fault: z.string(), by: z.string(), at: z.string() }),
  ),
  /** Whether more records wait than are listed. */
  more: z.boolean(),
});

export const replayAnswer = z.object({ key: z.string(), applied: count });

export const discardAnswer = z.object({
  key: z.string(),
  offset: count,
  outcomes: z.array(
    z.object({
      generation: count,
      applied: count,
      stillParked: z.object({ offset: count, reason: z.string() }).nullable(),
    }),
  ),
});
