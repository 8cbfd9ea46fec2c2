import type { TenantId } from '@threadlog/events';
import {
  activeGeneration,
  createWebhookQueries,
  openWebhook,
  type OpenWebhook,
  webhookBlobsOf,
  type Database,
  type WebhookEndpointRow,
} from '@threadlog/read-models';
import type { Opener } from '@threadlog/sealing';
import type { Logger } from '@threadlog/service';
import { WEBHOOK_EVENTS, type WebhookEventName } from '../payload';
import { endpointKey, endpointSecrets, type EndpointSource, type ThreadFilter, type WebhookEndpoint } from './endpoint';

export interface TenantsDeps {
  database: Database;
  sealing: Pick<Opener, 'prepare' | 'open'>;
  logger: Logger;
}

const PAGE = 500;

interface Known {
  version: number;
  endpoint: WebhookEndpoint;
}

/** The endpoints that tenants registered, as the read model has them. What has not changed is not opened again. */
export function createTenantsEndpoints(deps: TenantsDeps): EndpointSource {
  let known = new Map<string, Known>();
  return {
    async list() {
      const next = new Map<string, Known>();
      for await (const row of rowsOf(deps.database)) {
        const key = endpointKey(row.tenant_id, row.webhook_id);
        const before = known.get(key);
        const isKnown = before?.version === row.version;
        next.set(key, isKnown ? before : { version: row.version, endpoint: await endpointOf(deps, row) });
      }
      known = next;
      return [...known.values()].map(({ endpoint }) => endpoint);
    },
  };
}

async function* rowsOf(database: Database): AsyncGenerator<WebhookEndpointRow> {
  const generation = await activeGeneration(database);
  const queries = createWebhookQueries({ database, generation: () => generation });
  let after: WebhookEndpointRow | undefined;
  do {
    const rows: WebhookEndpointRow[] = await queries.listWebhookEndpoints({ after, limit: PAGE });
    yield* rows;
    after = rows.length === PAGE ? rows.at(-1) : undefined;
  } while (after);
}

/** One that does not open, since its tenant is erased or it was tampered with, counts as switched off. */
async function endpointOf(deps: TenantsDeps, row: WebhookEndpointRow): Promise<WebhookEndpoint> {
  return withSealed(row, row.enabled ? await open(deps, row) : null);
}

/** An endpoint, switched off or not; null where it does not open. */
export async function openEndpoint(deps: TenantsDeps, row: WebhookEndpointRow): Promise<WebhookEndpoint | null> {
  const opened = await open(deps, row);
  return opened && withSealed(row, opened);
}

function withSealed(row: WebhookEndpointRow, opened: OpenWebhook | null): WebhookEndpoint {
  return {
    key: endpointKey(row.tenant_id, row.webhook_id),
    ...{ id: row.webhook_id, tenantId: row.tenant_id, url: opened?.url ?? '', payload: row.payload },
    events: eventsOf(row),
    filter: filterOf(row),
    secrets: opened ? endpointSecrets(opened) : [],
    since: new Date(row.enabled_at),
    enabled: opened !== null,
    version: row.version,
  };
}

async function open({ sealing, logger }: TenantsDeps, row: WebhookEndpointRow) {
  try {
    await sealing.prepare(row.tenant_id, webhookBlobsOf(row));
    return openWebhook(sealing, row);
  } catch (error) {
    const names: { tenant_id: TenantId; webhook_id: string } = row;
    logger.warn({ err: error, tenant_id: names.tenant_id, webhook_id: names.webhook_id }, 'an endpoint does not open');
    return null;
  }
}

function eventsOf({ events }: WebhookEndpointRow): ReadonlySet<WebhookEventName> {
  return new Set(WEBHOOK_EVENTS.filter((name) => events.includes('*') || events.includes(name)));
}

function filterOf({ filter: { learner_id, thread_types } }: WebhookEndpointRow): ThreadFilter | null {
  return learner_id === null && thread_types === null ? null : { learnerId: learner_id, types: thread_types };
}
