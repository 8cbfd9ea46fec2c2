import { ALL_WEBHOOK_EVENTS } from '@threadlog/events';
import { z } from 'zod';
import { defineContract } from '../contract';
import { webhookSettings } from './fields';

const { url, events, filter, payload, description } = webhookSettings;

export const webhookRegisterSchema = z.strictObject({
  url,
  events: events.default([ALL_WEBHOOK_EVENTS]),
  filter: filter.default({}),
  payload: payload.default('full'),
  description: description.default(null),
});

export const webhookRegister = defineContract('webhook.register', webhookRegisterSchema, 201);
