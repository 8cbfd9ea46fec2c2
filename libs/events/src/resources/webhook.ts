import { z } from 'zod';
import { THREAD_TYPES, WEBHOOK_PAYLOADS } from '../catalogue/values';
import { secretNamesSchema, shownSecretSchema } from './secret';

/** What receivers can be told of, by the names they know. */
export const WEBHOOK_EVENTS = [
  'message.created',
  'message.updated',
  'message.deleted',
  'reaction.added',
  'reaction.removed',
  'conversation.created',
  'conversation.updated',
  'conversation.deleted',
  'participant.added',
  'participant.removed',
  'privacy.erased',
  'user.online',
  'user.offline',
] as const;
export type WebhookEventName = (typeof WEBHOOK_EVENTS)[number];

/** Stands alone in the list of an endpoint that is told of all events, those that later builds know included. */
export const ALL_WEBHOOK_EVENTS = '*';

/** Why an endpoint was switched off by itself. */
export const WEBHOOK_DISABLED_REASONS = ['gone', 'asked', 'failing'] as const;

const webhookExample = {
  id: '0198c0de-7a3b-8c11-8f00-2f6d1f6a9d10',
  url: 'https://example.com/webhooks/chat',
  events: ['message.created', 'message.deleted'],
  filter: { learnerId: null, threadTypes: ['group' as const] },
  payload: 'thin' as const,
  description: 'Notifications of the learning platform',
  enabled: true,
  disabledReason: null,
  secrets: [{ id: '0198c0de-7a3b-8c11-8f00-2f6d1f6a9d10', until: null }],
  createdAt: '2026-01-15T09:00:00.000000Z',
  createdBy: 'user_123',
  updatedAt: '2026-01-15T09:00:00.000000Z',
  updatedBy: 'user_123',
};

const shape = {
  id: z.string(),
  /** Null where the tenant's keys are gone. */
  url: z.string().nullable(),
  events: z.array(z.string()),
  filter: z.object({ learnerId: z.string().nullable(), threadTypes: z.array(z.enum(THREAD_TYPES)).nullable() }),
  payload: z.enum(WEBHOOK_PAYLOADS),
  description: z.string().nullable(),
  enabled: z.boolean(),
  disabledReason: z
    .string()
    .nullable()
    .meta({
      description:
        'Where it was switched off by itself: `gone` after a 410, `asked` by the header `webhook-delivery: disable`, `failing` ' +
        'after five days without a success. Null where an administrator did it.',
    }),
  secrets: secretNamesSchema,
  createdAt: z.string(),
  createdBy: z.string(),
  updatedAt: z.string(),
  updatedBy: z.string(),
};

/** An endpoint of a tenant, as every surface shows it. */
export const webhookSchema = z.object(shape).meta({ id: 'Webhook', example: webhookExample });
export type WebhookResource = z.infer<typeof webhookSchema>;

/** The same to whoever made its newest secret: shown with this answer alone. */
export const webhookWithSecretSchema = z
  .object({
    ...shape,
    secret: shownSecretSchema('deliveries'),
  })
  .meta({
    id: 'WebhookWithSecret',
    example: { ...webhookExample, secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo=' },
  });
export type WebhookWithSecretResource = z.infer<typeof webhookWithSecretSchema>;
