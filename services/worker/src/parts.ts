import { LIMITS } from '@threadlog/events';
import { ed25519KeyOf } from '@threadlog/sealing';
import { ConfigError, type Service } from '@threadlog/service';
import type { WorkerDeps } from './deps';
import { createAgents } from './agents/agents';
import type { OperatorsAgent } from './agents/directory';
import { createFeed } from './feed/feed';
import { createRetention } from './retention/retention';
import { underShares } from './sharing';
import { operatorsEndpoint } from './webhooks/endpoints/operators';
import { createTenantsEndpoints } from './webhooks/endpoints/tenants';
import { disableBy } from './webhooks/disable';
import { createWebhooks } from './webhooks/webhooks';

/** Retention: goes on with `PRIVACY_ENABLED=false` too, since a tenant's limits stay what they are. */
export function retentionPart(deps: WorkerDeps): Service {
  const { config, erasures } = deps;
  return createRetention({
    ...deps,
    now: deps.clock.wallMs,
    defaultDays: config.MESSAGE_RETENTION_DAYS ?? null,
    destroyKeys: (tenantId, targets, reason) => erasures.destroy(tenantId, targets, reason),
  });
}

/** The feeds of the tenants that asked for one; no part at all where none did. */
export function feedParts(deps: WorkerDeps): Service[] {
  const { FEED_TENANTS: tenants, FEED_RETENTION_DAYS: retentionDays } = deps.config;
  return tenants.length === 0 ? [] : [underShares(createFeed({ ...deps, tenants, retentionDays }), deps)];
}

/** Webhooks: the operator's, where there is one, and those that tenants registered. */
export function webhookParts(deps: WorkerDeps): Service[] {
  const operators = operatorsEndpoint(deps.config);
  const tenants = createTenantsEndpoints(deps);
  const list = async () => [...(operators ? [operators] : []), ...(await tenants.list())];
  const sending = { outbound: outboundOf(deps.config), ed25519: signingKeyOf(deps.config) };
  return [
    createWebhooks({ ...deps, ...sending, now: dateOf(deps), endpoints: { list }, disable: disableBy(deps.router) }),
  ];
}

function dateOf({ clock }: WorkerDeps): () => Date {
  return () => new Date(clock.wallMs());
}

/** Where what tenants gave may lead. */
export function outboundOf(config: WorkerDeps['config']) {
  const { OUTBOUND_ALLOW_HTTP: allowHttp, OUTBOUND_ALLOWED_RANGES: allowedRanges } = config;
  return { allowHttp, allowedRanges };
}

/** What signs all deliveries beside their secrets, where the operator has such a key. */
export function signingKeyOf({ WEBHOOK_ED25519_KEY: key }: WorkerDeps['config']) {
  return key === undefined ? undefined : ed25519KeyOf(key);
}

/** Agents: the operator's, where there is one, and those that tenants registered. */
export function agentParts(deps: WorkerDeps): Service[] {
  return [createAgents({ ...deps, now: dateOf(deps), agent: operatorsAgent(deps), outbound: outboundOf(deps.config) })];
}

function operatorsAgent({ config }: WorkerDeps): OperatorsAgent | null {
  const { AGENT_SERVICE_URL: url, AGENT_SERVICE_SECRET: secret = '', AGENT_ID: id } = config;
  if (url === undefined) return null;
  if (secret === '') throw new ConfigError(['AGENT_SERVICE_SECRET: is required with AGENT_SERVICE_URL']);
  const secrets = secret.split(',').map((each) => each.trim());
  return { id, url, secrets, contextMessages: LIMITS.agentContextDefault };
}
