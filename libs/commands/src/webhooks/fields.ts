import { personIdSchema } from '@threadlog/auth';
import {
  ALL_WEBHOOK_EVENTS,
  freeText,
  LIMITS,
  THREAD_TYPES,
  WEBHOOK_EVENTS,
  WEBHOOK_PAYLOADS,
} from '@threadlog/events';
import { z } from 'zod';

/** Which endpoint. */
export const webhook = { webhookId: z.uuid() };

const NAMES = [ALL_WEBHOOK_EVENTS, ...WEBHOOK_EVENTS] as const;

/** What of an endpoint can be chosen, and changed. Whether something may be sent to the URL is for `libs/outbound` to say. */
export const webhookSettings = {
  url: freeText(LIMITS.webhookUrlCharacters, 1),
  events: z
    .array(z.enum(NAMES))
    .min(1)
    .max(NAMES.length)
    .meta({ description: 'Names of events; `*` for all of them, those that come later included.' }),
  filter: z
    .strictObject({
      learnerId: personIdSchema.nullish().meta({ description: 'Only of threads about this learner.' }),
      threadTypes: z
        .array(z.enum(THREAD_TYPES))
        .min(1)
        .max(THREAD_TYPES.length)
        .nullish()
        .meta({ description: 'Only of threads of these types.' }),
    })
    .meta({ description: 'Of which threads it is told; what belongs to no thread is told where nothing is filtered.' }),
  payload: z.enum(WEBHOOK_PAYLOADS).meta({ description: '`thin`: ids and no text.' }),
  description: freeText(LIMITS.webhookDescriptionCharacters).nullable(),
};
