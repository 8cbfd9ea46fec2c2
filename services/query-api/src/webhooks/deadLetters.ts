import { webhookDeadLetterSchema, webhookPosition, type WebhookDeadLetterResource } from '@threadlog/events';
import { instantOfDate } from '@threadlog/read-models';
import { z } from 'zod';
import { ok, readRoute } from '../readRoute';
import { pageEdgesShape } from '../schemas';
import { corePage } from './corePage';
import { managedEndpoint, webhookListQuery, webhookParams, webhookTags as tags } from './endpoint';

const deadLetterPage = z
  .object({ items: z.array(webhookDeadLetterSchema), ...pageEdgesShape })
  .meta({ id: 'WebhookDeadLetterPage' });

interface DeadLetterRow {
  n: number;
  event_id: string;
  event: string | null;
  partition: number;
  log_offset: number;
  lane: string;
  attempts: number;
  last_status: number | null;
  last_reason: string | null;
  dead_at: Date;
}

export const deadLetters = readRoute<{ params: typeof webhookParams; query: typeof webhookListQuery }>({
  path: '/api/v1/webhooks/{webhookId}/dead-letters',
  operationId: 'listWebhookDeadLetters',
  summary: 'List deliveries that were given up',
  description: 'Of the last 30 days, newest first. For administrators.',
  tags,
  params: webhookParams,
  query: webhookListQuery,
  responses: { 200: { description: 'A page of deliveries', schema: deadLetterPage } },
  async handler({ actor, params: { webhookId }, query }, context) {
    await managedEndpoint(context, actor, webhookId);
    const { rows, ...edges } = await corePage<DeadLetterRow>(context, {
      ...{ list: 'webhookDeadLetters', query, columns: ['dead_at', 'n'], at: (row) => row.dead_at },
      from: (core) =>
        core
          .from('webhook_deliveries')
          .where({ outlet: `${actor.tenantId}/${webhookId}`, tenant_id: actor.tenantId })
          .whereNotNull('dead_at'),
    });
    return ok({ items: rows.map(presentDeadLetter), ...edges });
  },
});

function presentDeadLetter(row: DeadLetterRow): WebhookDeadLetterResource {
  return {
    ...{ n: String(row.n), eventId: row.event_id, event: row.event },
    position: webhookPosition(row.partition, row.log_offset),
    threadId: threadOf(row.lane),
    ...{ attempts: row.attempts, status: row.last_status, error: row.last_reason, deadAt: instantOfDate(row.dead_at) },
  };
}

/** A lane is a tenant and a thread, or a tenant and another stream by type and id. */
function threadOf(lane: string): string | null {
  const parts = JSON.parse(lane) as string[];
  return parts.length === 2 ? parts[1]! : null;
}
