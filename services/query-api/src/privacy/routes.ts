import { personIdSchema, type Actor } from '@threadlog/auth';
import {
  freeText,
  idInputSchema,
  legalHoldSchema,
  PRIVACY_KINDS,
  PRIVACY_STATUSES,
  privacyRequestSchema,
  problem,
  retentionSchema,
  notThere,
} from '@threadlog/events';
import {
  presentHold,
  presentRetention,
  type DeletionLogRow,
  type ExportLogRow,
  type Statements,
  type TenantRow,
} from '@threadlog/read-models';
import type { Route } from '@threadlog/service';
import { z } from 'zod';
import type { QueryContext } from '../context';
import { decodeKeyset } from '../cursors';
import { ok, readRoute } from '../readRoute';
import { pageEdgesShape, pageLimit } from '../schemas';
import { mayDownload, seesRequest, seesTenant } from './access';
import { findRequest, presentRequest, requestPage, type StoredRequest } from './requests';

const tags = ['Privacy'];
const requestParams = z.object({ requestId: idInputSchema });
const listQuery = z.strictObject({
  kind: z.enum(PRIVACY_KINDS).optional(),
  status: z.enum(PRIVACY_STATUSES).optional(),
  learnerId: personIdSchema.optional(),
  userId: personIdSchema.optional(),
  cursor: freeText(512).optional().meta({ description: 'A `nextCursor` or `prevCursor` of this list.' }),
  limit: pageLimit,
});
const requestPageSchema = z
  .object({ items: z.array(privacyRequestSchema), ...pageEdgesShape })
  .meta({ id: 'PrivacyRequestPage' });
const receiptSchema = z
  .record(z.string(), z.json())
  .meta({ id: 'ErasureReceipt', description: 'What was destroyed, scrubbed and checked, with its signature.' });
const holdsSchema = z.object({ items: z.array(legalHoldSchema) }).meta({ id: 'LegalHolds' });

const list = readRoute<{ query: typeof listQuery }>({
  path: '/api/v1/privacy/requests',
  operationId: 'listPrivacyRequests',
  summary: 'List privacy requests',
  description:
    'Newest first: one’s own and those about oneself, a guardian’s learners’ too; all of them for privacy officers and auditors.',
  tags,
  query: listQuery,
  responses: { 200: { description: 'A page of requests', schema: requestPageSchema } },
  async handler({ actor, query }, context) {
    const request = { ...query, cursor: decodeKeyset('privacy', query) };
    const { items, ...edges } = await requestPage(context.statements, actor, request);
    return ok({ items: items.map((item) => presentRequest(item)), ...edges });
  },
});

const one = readRoute<{ params: typeof requestParams }>({
  path: '/api/v1/privacy/requests/{requestId}',
  operationId: 'getPrivacyRequest',
  summary: 'Get a privacy request',
  description: 'With how far it has come, and, once an export is ready, a link to its file that works for a while.',
  tags,
  params: requestParams,
  responses: { 200: { description: 'The request', schema: privacyRequestSchema } },
  async handler({ actor, params }, context) {
    const found = await visibleRequest(context.statements, actor, params.requestId);
    return ok(presentRequest(found, await linkTo(found, actor, context)));
  },
});

const receipt = readRoute<{ params: typeof requestParams }>({
  path: '/api/v1/privacy/requests/{requestId}/receipt',
  operationId: 'getErasureReceipt',
  summary: 'Get the receipt of an erasure',
  description: 'Signed; `docs/privacy.md` says how to verify it without us.',
  tags,
  params: requestParams,
  responses: { 200: { description: 'The receipt', schema: receiptSchema } },
  problems: ['conflict'],
  async handler({ actor, params }, context) {
    const { kind, row } = await visibleRequest(context.statements, actor, params.requestId);
    const found = kind === 'deletion' ? (row as DeletionLogRow).receipt : null;
    if (kind !== 'deletion') throw notThere();
    if (found === null) throw problem('conflict', `the erasure is ${row.status}: there is no receipt yet`);
    return ok(found);
  },
});

const holds = readRoute({
  path: '/api/v1/privacy/holds',
  operationId: 'listLegalHolds',
  summary: 'List legal holds',
  tags,
  responses: { 200: { description: 'The holds that stand', schema: holdsSchema } },
  problems: ['forbidden'],
  async handler({ actor }, context) {
    const row = await tenantFor(actor, context);
    return ok({ items: (row?.holds ?? []).map(presentHold) });
  },
});

const retention = readRoute({
  path: '/api/v1/privacy/retention',
  operationId: 'getRetention',
  summary: 'See how long messages are kept',
  tags,
  responses: { 200: { description: 'What holds for the tenant', schema: retentionSchema } },
  problems: ['forbidden'],
  async handler({ actor }, context) {
    return ok(presentRetention(await tenantFor(actor, context), context.retentionDays));
  },
});

/** A link to the file, while it is there and for whom it is. */
async function linkTo({ kind, row }: StoredRequest, actor: Actor, context: QueryContext) {
  if (kind !== 'export' || row.status !== 'completed' || !mayDownload(actor, row)) return null;
  const { expires_at: until } = row as ExportLogRow;
  if (until === null || Date.parse(until) <= Date.now()) return null;
  return context.downloadLink(actor, row.request_id, until);
}

async function visibleRequest(statements: Statements, actor: Actor, requestId: string): Promise<StoredRequest> {
  const found = await findRequest(statements, actor.tenantId, requestId);
  if (!found || !seesRequest(actor, found.row)) throw notThere();
  return found;
}

async function tenantFor(actor: Actor, { statements }: QueryContext): Promise<TenantRow | null> {
  if (!seesTenant(actor)) throw problem('forbidden', 'holds and retention are for who keeps privacy, and for auditors');
  const [row] = await statements.rows<TenantRow & Record<string, unknown>>(
    'tenant',
    (schema) => `select * from ${schema}.tenants where tenant_id = $1`,
    [actor.tenantId],
  );
  return row ?? null;
}

export const privacyQueryRoutes: readonly Route<QueryContext>[] = [list, one, receipt, holds, retention];
