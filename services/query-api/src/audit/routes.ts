import { mayReadLogs, personIdSchema, type Actor } from '@threadlog/auth';
import {
  CATALOGUE,
  freeText,
  instantInputSchema,
  problem,
  threadIdInputSchema,
  type EventType,
  notThere,
} from '@threadlog/events';
import type { Route } from '@threadlog/service';
import { z } from 'zod';
import type { QueryContext } from '../context';
import { decodeKeyset } from '../cursors';
import { ok, readRoute } from '../readRoute';
import { pageEdgesShape, pageLimit, threadParams } from '../schemas';
import { resolveThread } from '../access/visibleThread';
import { auditPage } from './page';

const tags = ['Audit'];
const cursor = freeText(512).optional().meta({ description: 'A `nextCursor` or `prevCursor` of this list.' });

const auditQuery = z.strictObject({
  actorId: personIdSchema.optional().meta({ description: 'Only what this user, agent or system did.' }),
  threadId: threadIdInputSchema.optional().meta({ description: 'Only what was done to or about this thread.' }),
  type: z
    .enum(Object.keys(CATALOGUE) as [EventType, ...EventType[]])
    .optional()
    .meta({ description: 'Only events of this type.' }),
  since: instantInputSchema.optional().meta({ description: 'Only from this time on.' }),
  cursor,
  limit: pageLimit,
});
const eventsQuery = z.strictObject({ cursor, limit: pageLimit });

const auditItemSchema = z
  .object({
    id: z.string(),
    type: z.string(),
    at: z.string(),
    actor: z.object({ type: z.string(), id: z.string(), role: z.string().nullable() }),
    threadId: z.string().nullable(),
    messageId: z.string().nullable(),
    userId: z.string().nullable().meta({ description: 'The user it was done to.' }),
    seq: z.int().meta({ description: 'Number of the event in its stream.' }),
    detail: z
      .record(z.string(), z.json())
      .nullable()
      .meta({ description: 'What changed, as far as it is no text; `set` names the sealed fields that were set.' }),
  })
  .meta({ id: 'AuditItem' });
const auditPageSchema = z.object({ items: z.array(auditItemSchema), ...pageEdgesShape }).meta({ id: 'AuditPage' });

const audit = readRoute<{ query: typeof auditQuery }>({
  path: '/api/v1/audit',
  operationId: 'listAudit',
  summary: 'Read the audit log',
  description:
    'Who did what to which thread, message, user or setting, newest first; for administrators and auditors. How far ' +
    'somebody has read is not part of it.',
  tags,
  query: auditQuery,
  responses: { 200: { description: 'A page of the log', schema: auditPageSchema } },
  problems: ['forbidden'],
  async handler({ actor, query }, context) {
    if (!mayReadLogs(actor)) throw mayNot();
    return ok(await auditPage(context.statements, actor, { ...query, cursor: decodeKeyset('audit', query) }));
  },
});

const events = readRoute<{ params: typeof threadParams; query: typeof eventsQuery }>({
  path: '/api/v1/threads/{threadId}/events',
  operationId: 'listThreadEvents',
  summary: 'Read the events of a thread',
  description: 'Newest first, deleted threads too; for administrators and auditors.',
  tags,
  params: threadParams,
  query: eventsQuery,
  responses: { 200: { description: 'A page of events', schema: auditPageSchema } },
  problems: ['forbidden'],
  async handler({ actor, params: { threadId }, query }, context) {
    if (!mayReadLogs(actor)) await refuse(context, actor, threadId);
    const request = { stream: threadId, limit: query.limit, cursor: decodeKeyset('audit', query) };
    const page = await auditPage(context.statements, actor, request);
    if (page.items.length === 0 && request.cursor === null) throw notThere();
    return ok(page);
  },
});

/** Who does not see the thread must not learn that it is there. */
async function refuse(context: QueryContext, actor: Actor, threadId: string): Promise<never> {
  await resolveThread(context.statements, actor, threadId);
  throw mayNot();
}

const mayNot = () => problem('forbidden', 'the audit log is for administrators and auditors');

export const auditRoutes: readonly Route<QueryContext>[] = [audit, events];
