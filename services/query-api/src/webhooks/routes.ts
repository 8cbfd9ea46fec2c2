import { mayManageWebhooks, type Actor } from '@threadlog/auth';
import { problem, webhookSchema } from '@threadlog/events';
import { presentWebhook, webhookBlobsOf, webhookEndpointsTable, type WebhookEndpointRow } from '@threadlog/read-models';
import type { Route } from '@threadlog/service';
import { z } from 'zod';
import type { QueryContext } from '../context';
import { decodeKeyset } from '../cursors';
import { keysetOrder, keysetPage } from '../pages';
import { ok, readRoute } from '../readRoute';
import { pageEdgesShape } from '../schemas';
import { managedEndpoint, webhookListQuery, webhookParams, webhookTags as tags } from './endpoint';
import { attempts } from './attempts';
import { deadLetters } from './deadLetters';
import { keys } from './keys';
import { webhookReplayRoutes } from './replays';

const pageSchema = z.object({ items: z.array(webhookSchema), ...pageEdgesShape }).meta({ id: 'WebhookPage' });

const list = readRoute<{ query: typeof webhookListQuery }>({
  path: '/api/v1/webhooks',
  operationId: 'listWebhooks',
  summary: 'List endpoints',
  description: 'Those of the tenant, newest first; for administrators.',
  tags,
  query: webhookListQuery,
  responses: { 200: { description: 'A page of endpoints', schema: pageSchema } },
  problems: ['forbidden'],
  async handler({ actor, query }, context) {
    if (!mayManageWebhooks(actor)) throw problem('forbidden', 'endpoints are for administrators');
    const cursor = decodeKeyset('webhooks', query);
    const { limit } = query;
    const rows = await context.statements.built<WebhookEndpointRow>((query) => {
      const live = query.select('*').from(webhookEndpointsTable.name);
      void live.where('tenant_id', actor.tenantId).whereNull('deleted_at');
      return keysetOrder(live, { cursor, columns: ['created_at', 'webhook_id'], limit: limit + 1 });
    });
    const key = (row: WebhookEndpointRow) => ({ at: row.created_at, id: row.webhook_id });
    const { rows: shown, ...edges } = keysetPage(rows, { list: 'webhooks', cursor, limit, key });
    return ok({ items: await presented(context, actor, shown), ...edges });
  },
});

const one = readRoute<{ params: typeof webhookParams }>({
  path: '/api/v1/webhooks/{webhookId}',
  operationId: 'getWebhook',
  summary: 'Get an endpoint',
  description: 'For administrators. What it is told and whether it is on; of its secrets the ids alone.',
  tags,
  params: webhookParams,
  responses: { 200: { description: 'The endpoint', schema: webhookSchema } },
  async handler({ actor, params: { webhookId } }, context) {
    const row = await managedEndpoint(context, actor, webhookId);
    const [endpoint] = await presented(context, actor, [row]);
    return ok(endpoint);
  },
});

async function presented({ opener }: QueryContext, { tenantId }: Actor, rows: readonly WebhookEndpointRow[]) {
  await opener.prepare(tenantId, rows.flatMap(webhookBlobsOf));
  return rows.map((row) => presentWebhook(row, opener));
}

/** `keys` is no endpoint: it comes before them. */
export const webhookQueryRoutes: readonly Route<QueryContext>[] = [
  ...[list, keys, one, attempts, deadLetters],
  ...webhookReplayRoutes,
];
