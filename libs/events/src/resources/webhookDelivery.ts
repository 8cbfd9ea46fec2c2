import { z } from 'zod';

/** Why a delivery was tried: as it happened (or again, after that), in a replay, or as a test. */
export const WEBHOOK_ATTEMPT_KINDS = ['live', 'replay', 'test'] as const;
export type WebhookAttemptKind = (typeof WEBHOOK_ATTEMPT_KINDS)[number];

/** Where replays stand. */
export const WEBHOOK_REPLAY_STATUSES = ['running', 'completed', 'cancelled', 'failed'] as const;
export type WebhookReplayStatus = (typeof WEBHOOK_REPLAY_STATUSES)[number];

/** What is sent where an endpoint is tried out. */
export const WEBHOOK_TEST_EVENT = 'test.ping';

/** Bytes that are kept of an answer. */
export const WEBHOOK_ANSWER_BYTES = 1_024;

const PLACE = /^(\d{1,9}):(\d{1,15})$/;

/** A place in the log as receivers' administrators see it; each belongs to one event. */
export function webhookPosition(partition: number, offset: number): string {
  return `${partition}:${offset}`;
}

/** The place that a text names; null for a text that names none. */
export function parseWebhookPosition(text: string): { partition: number; offset: number } | null {
  const match = PLACE.exec(text);
  return match && { partition: Number(match[1]), offset: Number(match[2]) };
}

const position = z.string().meta({ description: 'Where the event stands in the log: a replay may begin there.' });
const status = z.int().nullable().meta({ description: 'Of the answer; null where none came.' });
const eventId = z.string().meta({ description: 'The `webhook-id`.' });

export const webhookAttemptSchema = z
  .object({
    id: z.string(),
    kind: z.enum(WEBHOOK_ATTEMPT_KINDS),
    eventId,
    event: z.string(),
    position: position.nullable(),
    threadId: z.string().nullable(),
    at: z.string(),
    durationMs: z.int(),
    delivered: z.boolean(),
    status,
    error: z.string().nullable().meta({
      description: 'Why it was none: `status`, or what kept the answer from coming; null where it was taken.',
    }),
    answer: z
      .string()
      .nullable()
      .meta({
        description:
          'The first 1,024 bytes of the answer. Null where there were none, after a day, and once the message it is about is ' +
          'deleted, or its thread, or somebody of the tenant is erased.',
      }),
  })
  .meta({
    id: 'WebhookAttempt',
    example: {
      ...{ id: '4711', kind: 'live', eventId: '0198c0de-7a3b-7c11-8f00-2f6d1f6a9d10', event: 'message.created' },
      ...{ position: '2:1234', threadId: 't-1', at: '2026-01-15T10:30:00.000000Z', durationMs: 12 },
      ...{ delivered: false, status: 500, error: 'status', answer: 'Internal Server Error' },
    },
  });
export type WebhookAttemptResource = z.infer<typeof webhookAttemptSchema>;

export const webhookDeadLetterSchema = z
  .object({
    n: z.string().meta({ description: 'Names it; it keeps its number when it is given up again.' }),
    eventId,
    event: z.string().nullable().meta({ description: 'Null for what former builds gave up.' }),
    position,
    threadId: z.string().nullable(),
    attempts: z.int(),
    status,
    error: z.string().nullable(),
    deadAt: z.string(),
  })
  .meta({
    id: 'WebhookDeadLetter',
    example: {
      ...{ n: '17', eventId: '0198c0de-7a3b-7c11-8f00-2f6d1f6a9d10', event: 'message.created', position: '2:1234' },
      ...{ threadId: 't-1', attempts: 13, status: 500, error: 'status', deadAt: '2026-01-18T10:30:00.000000Z' },
    },
  });
export type WebhookDeadLetterResource = z.infer<typeof webhookDeadLetterSchema>;

export const webhookKeysSchema = z
  .object({
    keys: z
      .array(
        z.object({
          algorithm: z.literal('ed25519'),
          publicKey: z.string().meta({ description: '`whpk_` and the 32 bytes of the key in base64.' }),
          pem: z.string().meta({ description: 'The same as SPKI PEM.' }),
        }),
      )
      .meta({ description: 'What deliveries carry a `v1a` signature of; none where nothing is signed so.' }),
  })
  .meta({
    id: 'WebhookKeys',
    example: {
      keys: [
        {
          algorithm: 'ed25519',
          publicKey: 'whpk_11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=',
          pem: '-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\n-----END PUBLIC KEY-----\n',
        },
      ],
    },
  });
export type WebhookKeysResource = z.infer<typeof webhookKeysSchema>;
