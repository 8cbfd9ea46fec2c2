import { ConfigError, type Service } from '@threadlog/service';
import type { WorkerDeps } from './deps';
import { createAgent } from './agents/agents';
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

/** Messages that an agent is told, the one that asks it included. */
const CONTEXT_MESSAGES = 20;

/** The agent that the operator configured; no part at all without one. */
export function agentParts(deps: WorkerDeps): Service[] {
  const { AGENT_SERVICE_URL: url, AGENT_SERVICE_SECRET: secret = '', AGENT_ID: id } = deps.config;
  if (url === undefined) return [];
  if (secret === '') throw new ConfigError(['AGENT_SERVICE_SECRET: is required with AGENT_SERVICE_URL']);
  const secrets = secret.split(',').map((each) => each.trim());
  return [createAgent({ ...deps, agent: { id, url, secrets, trusted: true, contextMessages: CONTEXT_MESSAGES } })];
}
