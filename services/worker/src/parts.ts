import { ConfigError, type Service } from '@threadlog/service';
import type { WorkerDeps } from './deps';
import { createFeed } from './feed/feed';
import { createRetention } from './retention/retention';
import { createWebhooks } from './webhooks/webhooks';

/** Retention: goes on with `PRIVACY_ENABLED=false` too, since a tenant's limits stay what they are. */
export function retentionPart(deps: WorkerDeps): Service {
  const { config, erasures } = deps;
  return createRetention({
    ...deps,
    defaultDays: config.MESSAGE_RETENTION_DAYS ?? null,
    destroyKeys: (tenantId, targets, reason) => erasures.destroy(tenantId, targets, reason),
  });
}

/** The feeds of the tenants that asked for one; no part at all where none did. */
export function feedParts(deps: WorkerDeps): Service[] {
  const { FEED_TENANTS: tenants, FEED_RETENTION_DAYS: retentionDays } = deps.config;
  return tenants.length === 0 ? [] : [createFeed({ ...deps, tenants, retentionDays })];
}

/** Stands in rows: it never changes. */
const OPERATORS_ENDPOINT = 'operator';

/** The webhook that the operator configured; no part at all without one. */
export function webhookParts(deps: WorkerDeps): Service[] {
  const { WEBHOOK_URL: url, WEBHOOK_SECRET: secret = '', WEBHOOK_EVENTS: wanted } = deps.config;
  if (url === undefined) return [];
  if (secret === '') throw new ConfigError(['WEBHOOK_SECRET: is required with WEBHOOK_URL']);
  const secrets = secret.split(',').map((each) => each.trim());
  return [createWebhooks({ ...deps, wanted, endpoint: { id: OPERATORS_ENDPOINT, url, secrets, trusted: true } })];
}
