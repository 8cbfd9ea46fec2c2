import {
  webhookAttemptSchema,
  webhookPosition,
  type TenantId,
  type WebhookAttemptKind,
  type WebhookAttemptResource,
} from '@threadlog/events';
import { findDeletedMessages, findDeletedThreads, instantOfDate, openColumn } from '@threadlog/read-models';
import { z } from 'zod';
import type { QueryContext } from '../context';
import { ok, readRoute } from '../readRoute';
import { pageEdgesShape } from '../schemas';
import { corePage } from './corePage';
import { managedEndpoint, webhookListQuery, webhookParams, webhookTags as tags } from './endpoint';

const attemptPage = z
  .object({ items: z.array(webhookAttemptSchema), ...pageEdgesShape })
  .meta({ id: 'WebhookAttemptPage' });
interface AttemptRow {
  n: number;
  tenant_id: TenantId;
  webhook_id: string;
  kind: WebhookAttemptKind;
  partition: number | null;
  log_offset: number | null;
  event_id: string;
  event: string;
  thread_id: string | null;
  message_index: number | null;
  at: Date;
  duration_ms: number;
  delivered: boolean;
  status: number | null;
  error: string | null;
  answer: string | null;
}

export const attempts = readRoute<{ params: typeof webhookParams; query: typeof webhookListQuery }>({
  path: '/api/v1/webhooks/{webhookId}/attempts',
  operationId: 'listWebhookAttempts',
  summary: 'List attempts at deliveries',
  description:
    'Of the last seven days, newest first; at most about 1,000 that were taken and 1,000 that failed. The newest are there ' +
    'after a second or two. For administrators.',
  tags,
  params: webhookParams,
  query: webhookListQuery,
  responses: { 200: { description: 'A page of attempts', schema: attemptPage } },
  async handler({ actor, params: { webhookId }, query }, context) {
    await managedEndpoint(context, actor, webhookId);
    const { rows, ...edges } = await corePage<AttemptRow>(context, {
      ...{ list: 'webhookAttempts', query, columns: ['at', 'n'], at: (row) => row.at },
      from: (core) => core.from('webhook_attempts').where({ tenant_id: actor.tenantId, webhook_id: webhookId }),
    });
    return ok({ items: await presentAttempts(context, actor.tenantId, rows), ...edges });
  },
});

/** One attempt at an endpoint of a tenant; null where there is none, or none any more. Whether the caller may see it is not asked here. */
export async function findWebhookAttempt(
  context: QueryContext,
  tenantId: TenantId,
  { webhookId, attemptId }: { webhookId: string; attemptId: string },
): Promise<WebhookAttemptResource | null> {
  const rows = await context.statements.built<AttemptRow>((query) =>
    query
      .withSchema('threadlog')
      .select('*')
      .from('webhook_attempts')
      .where({ tenant_id: tenantId, webhook_id: webhookId, n: attemptId }),
  );
  return (await presentAttempts(context, tenantId, rows))[0] ?? null;
}

async function presentAttempts(
  context: QueryContext,
  tenantId: TenantId,
  rows: readonly AttemptRow[],
): Promise<WebhookAttemptResource[]> {
  const answered = rows.filter(({ answer }) => answer !== null);
  const deleted = await deletedAmong(context, tenantId, answered);
  const shown = answered.filter((row) => !deleted.has(placeOf(row)));
  await context.opener.prepare(
    tenantId,
    shown.map(({ answer }) => ({ sealed: answer! })),
  );
  const answers = new Map(shown.map((row) => [row, openAnswer(context, row)]));
  return rows.map((row) => presentAttempt(row, answers.get(row) ?? null));
}

const placeOf = ({ thread_id, message_index }: { thread_id: string | null; message_index: number | null }): string =>
  `${thread_id}/${message_index}`;

/** An answer may repeat the message that it was sent: once that is deleted, or its thread, it is shown no more. */
async function deletedAmong(
  { statements }: QueryContext,
  tenantId: TenantId,
  rows: readonly AttemptRow[],
): Promise<ReadonlySet<string>> {
  const inThreads = rows.flatMap(({ thread_id, message_index }) =>
    thread_id === null ? [] : [{ thread_id, message_index }],
  );
  if (inThreads.length === 0) return new Set();
  const places = inThreads.flatMap(({ thread_id, message_index }) =>
    message_index === null ? [] : [{ thread_id, message_index }],
  );
  const [messages, threads] = await Promise.all([
    findDeletedMessages(statements, tenantId, places),
    findDeletedThreads(
      statements,
      tenantId,
      inThreads.map(({ thread_id }) => thread_id),
    ),
  ]);
  const ofThreads = inThreads.filter(({ thread_id }) => threads.has(thread_id));
  return new Set([...messages, ...ofThreads].map(placeOf));
}

function openAnswer({ opener }: QueryContext, row: AttemptRow): string | null {
  const { tenant_id: tenantId, webhook_id: streamId, answer } = row;
  const value = openColumn(opener, answer, { tenantId, streamType: 'webhook', streamId, field: 'answer' });
  return (value as string | null | undefined) ?? null;
}

function presentAttempt(row: AttemptRow, answer: string | null): WebhookAttemptResource {
  const { partition, log_offset: offset } = row;
  return {
    ...{ id: String(row.n), kind: row.kind, eventId: row.event_id, event: row.event },
    position: partition === null || offset === null ? null : webhookPosition(partition, offset),
    ...{ threadId: row.thread_id, at: instantOfDate(row.at), durationMs: row.duration_ms, delivered: row.delivered },
    ...{ status: row.status, error: row.error, answer },
  };
}
