import { notThere, webhookReplaySchema } from '@threadlog/events';
import { findWebhookReplay, presentWebhookReplays, type WebhookReplayRow } from '@threadlog/read-models';
import { z } from 'zod';
import { ok, readRoute } from '../readRoute';
import { pageEdgesShape } from '../schemas';
import { corePage } from './corePage';
import { managedEndpoint, webhookListQuery, webhookParams, webhookTags as tags } from './endpoint';

const replayParams = webhookParams.extend({ replayId: z.uuid() });
const pageSchema = z
  .object({ items: z.array(webhookReplaySchema), ...pageEdgesShape })
  .meta({ id: 'WebhookReplayPage' });

const list = readRoute<{ params: typeof webhookParams; query: typeof webhookListQuery }>({
  path: '/api/v1/webhooks/{webhookId}/replays',
  operationId: 'listWebhookReplays',
  summary: 'List replays of an endpoint',
  description: 'Newest first; those that ended for 30 days. For administrators.',
  tags,
  params: webhookParams,
  query: webhookListQuery,
  responses: { 200: { description: 'A page of replays', schema: pageSchema } },
  async handler({ actor, params: { webhookId }, query }, context) {
    await managedEndpoint(context, actor, webhookId);
    const { rows, ...edges } = await corePage<WebhookReplayRow>(context, {
      ...{ list: 'webhookReplays', query, columns: ['requested_at', 'n'], at: (row) => row.requested_at },
      from: (core) => core.from('webhook_replays').where({ tenant_id: actor.tenantId, webhook_id: webhookId }),
    });
    return ok({ items: await presentWebhookReplays(context.statements, rows), ...edges });
  },
});

const one = readRoute<{ params: typeof replayParams }>({
  path: '/api/v1/webhooks/{webhookId}/replays/{replayId}',
  operationId: 'getWebhookReplay',
  summary: 'Get a replay',
  description: 'How far it is. For administrators.',
  tags,
  params: replayParams,
  responses: { 200: { description: 'The replay', schema: webhookReplaySchema } },
  async handler({ actor, params: { webhookId, replayId } }, context) {
    await managedEndpoint(context, actor, webhookId);
    const { tenantId } = actor;
    const row = await findWebhookReplay(context.statements, { tenantId, webhookId, replayId });
    if (!row) throw notThere();
    const [replay] = await presentWebhookReplays(context.statements, [row]);
    return ok(replay);
  },
});

export const webhookReplayRoutes = [list, one];
