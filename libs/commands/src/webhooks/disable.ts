import { WEBHOOK_DISABLED_REASONS } from '@threadlog/events';
import { z } from 'zod';
import { defineContract } from '../contract';
import { ifMatch } from '../fields';
import { webhook } from './fields';

/** What the worker found. `ifMatch`: the version of the endpoint that it delivered to; a newer one may be mended. */
export const webhookDisable = defineContract(
  'webhook.disable',
  z.strictObject({ ...webhook, reason: z.enum(WEBHOOK_DISABLED_REASONS), ...ifMatch }),
  204,
);
