import type { Service } from '@threadlog/service';
import type { WorkerDeps } from './deps';
import { createFeed } from './feed/feed';
import { createRetention } from './retention/retention';
import { operatorsEndpoint } from './webhooks/endpoints/operators';
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

/** Webhooks; no part at all where the operator configured none. */
export function webhookParts(deps: WorkerDeps): Service[] {
  const endpoint = operatorsEndpoint(deps.config);
  if (!endpoint) return [];
  return [createWebhooks({ ...deps, endpoints: { list: () => Promise.resolve([endpoint]) } })];
}
