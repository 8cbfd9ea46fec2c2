import { ConfigError } from '@threadlog/service';
import type { z } from 'zod';
import type { webhookConfig } from '../config';
import { endpointKey, type WebhookEndpoint } from './endpoint';

type Variables = z.output<z.ZodObject<typeof webhookConfig>>;
type OperatorsConfig = Pick<Variables, 'WEBHOOK_URL' | 'WEBHOOK_SECRET' | 'WEBHOOK_EVENTS'>;

/** The endpoint that the operator configured: it is told of all tenants, from when it is first there. */
export function operatorsEndpoint(config: OperatorsConfig): WebhookEndpoint | null {
  const { WEBHOOK_URL: url, WEBHOOK_SECRET: secret = '', WEBHOOK_EVENTS: events } = config;
  if (url === undefined) return null;
  if (secret === '') throw new ConfigError(['WEBHOOK_SECRET: is required with WEBHOOK_URL']);
  return {
    ...{ key: endpointKey(null, ''), id: 'operator', tenantId: null, url, events },
    ...{ filter: null, payload: 'full', since: null, enabled: true, version: 0 },
    secrets: secret.split(',').map((each) => ({ value: each.trim(), until: null })),
  };
}
