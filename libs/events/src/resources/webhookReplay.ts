import { z } from 'zod';
import { WEBHOOK_REPLAY_STATUSES } from './webhookDelivery';

/** What an endpoint answered to a test event. */
export const webhookTestSchema = z
  .object({
    eventId: z.string().meta({ description: 'The `webhook-id`.' }),
    delivered: z.boolean(),
    status: z.int().nullable().meta({ description: 'Of the answer; null where none came.' }),
    error: z.string().nullable().meta({ description: 'Why it was none; null where it was taken.' }),
    durationMs: z.int(),
    answer: z.string().nullable().meta({ description: 'The first 1,024 bytes of the answer.' }),
  })
  .meta({
    id: 'WebhookTest',
    example: {
      ...{ eventId: '0198c0de-7a3b-7c11-8f00-2f6d1f6a9d10', delivered: true, status: 200, error: null },
      ...{ durationMs: 12, answer: null },
    },
  });
export type WebhookTestResource = z.infer<typeof webhookTestSchema>;

export const webhookRetriedSchema = z
  .object({
    retried: z.int().meta({ description: 'Deliveries that wait again; at most 10,000 at a time, the oldest first.' }),
  })
  .meta({ id: 'WebhookRetried', example: { retried: 3 } });
export type WebhookRetriedResource = z.infer<typeof webhookRetriedSchema>;

/** What is told again, and how far that is. */
export const webhookReplaySchema = z
  .object({
    id: z.string(),
    webhookId: z.string(),
    status: z.enum(WEBHOOK_REPLAY_STATUSES),
    reason: z
      .string()
      .nullable()
      .meta({
        description:
          'Why it failed: `not_taken`, an event was not taken in twelve attempts; `endpoint_off`, the endpoint was switched off or ' +
          'deleted; `expired`, it was not through after seven days.',
      }),
    from: z.string(),
    to: z.string(),
    threadId: z.string().nullable(),
    requestedAt: z.string(),
    requestedBy: z.string(),
    finishedAt: z.string().nullable(),
    progress: z
      .object({ done: z.int(), total: z.int() })
      .meta({ description: 'Records of the log that were looked at, and how many there are; most are for nobody.' }),
    delivered: z.int().meta({ description: 'Deliveries that were taken.' }),
    givenUp: z.int().meta({ description: 'Those that the receiver wants no more.' }),
    lastStatus: z.int().nullable().meta({ description: 'Of the last attempt that failed.' }),
    lastError: z.string().nullable(),
  })
  .meta({
    id: 'WebhookReplay',
    example: {
      ...{ id: '0198c0de-7a3b-7c11-8f00-2f6d1f6a9d30', webhookId: '0198c0de-7a3b-8c11-8f00-2f6d1f6a9d10' },
      ...{ status: 'running', reason: null, from: '2026-01-15T09:00:00Z', to: '2026-01-15T10:30:00.000000Z' },
      ...{ threadId: null, requestedAt: '2026-01-15T10:30:00.000000Z', requestedBy: 'user_123', finishedAt: null },
      ...{ progress: { done: 1_200, total: 4_000 }, delivered: 310, givenUp: 0, lastStatus: null, lastError: null },
    },
  });
export type WebhookReplayResource = z.infer<typeof webhookReplaySchema>;
