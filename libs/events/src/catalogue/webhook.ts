import { z } from 'zod';
import { idSchema } from '../ids';
import * as v from './values';
import { defineEvent } from './define';

const webhook = { webhook_id: z.uuid() };

/** What a receiver wants to be told of. Names may come that a build does not know: it tells none of them. */
const choice = {
  /** Names of events, or `*` alone for all of them. */
  events: z.array(v.webhookEventSchema).min(1),
  filter: v.webhookFilterSchema,
  payload: z.enum(v.WEBHOOK_PAYLOADS),
};

/**
 * A receiver of a tenant's own; each is a stream. Its URL is sealed like all free text: many hold a token. So is its
 * secret, which nobody is told of by the log.
 */
export const webhookEvents = {
  CHAT_WEBHOOK_REGISTERED: defineEvent('webhook', ['url', 'description', 'secret'], {
    ...webhook,
    ...choice,
    url: v.sealedSchema,
    description: v.sealedSchema.nullable(),
    ...v.firstSecret,
  }),
  CHAT_WEBHOOK_UPDATED: defineEvent('webhook', ['url', 'description'], {
    ...webhook,
    url: v.sealedSchema.optional(),
    events: choice.events.optional(),
    filter: choice.filter.optional(),
    payload: choice.payload.optional(),
    description: v.sealedSchema.nullable().optional(),
    enabled: z.boolean().optional(),
  }),
  CHAT_WEBHOOK_SECRET_ROTATED: defineEvent('webhook', ['secret'], { ...webhook, ...v.nextSecret }),
  CHAT_WEBHOOK_DISABLED: defineEvent('webhook', [], { ...webhook, reason: v.codeSchema }),
  CHAT_WEBHOOK_DELETED: defineEvent('webhook', [], webhook),
  /** `dead_letter`: its number; null for all of them. */
  CHAT_WEBHOOK_RETRY_REQUESTED: defineEvent('webhook', [], { ...webhook, dead_letter: idSchema.nullable() }),
  CHAT_WEBHOOK_REPLAY_REQUESTED: defineEvent('webhook', [], { ...webhook, replay_id: z.uuid() }),
  CHAT_WEBHOOK_REPLAY_CANCELLED: defineEvent('webhook', [], { ...webhook, replay_id: z.uuid() }),
};
