import { z } from 'zod';
import { defineContract } from '../contract';
import { webhook, webhookSettings } from './fields';

const { url, events, filter, payload, description } = webhookSettings;

/** What is not named stays; a filter changes as a whole. */
export const webhookUpdateSchema = z.strictObject({
  ...webhook,
  url: url.optional(),
  events: events.optional(),
  filter: filter.optional(),
  payload: payload.optional(),
  description: description.optional(),
  enabled: z.boolean().optional().meta({ description: 'Switches it off, and on again.' }),
});

export const webhookUpdate = defineContract('webhook.update', webhookUpdateSchema, 200);
