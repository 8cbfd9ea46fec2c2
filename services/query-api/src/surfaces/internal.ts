import { type Json, type TenantId, notThere } from '@threadlog/events';
import { openColumn, type Statements, type UserRow } from '@threadlog/read-models';
import {
  defineRoute,
  outageAsProblem,
  type RequestSchemas,
  type Route,
  type RouteDefinition,
} from '@threadlog/service';
import type { QueryContext } from '../context';
import { ok } from '../readRoute';
import { conversationPage } from './conversations';
import * as schemas from './schemas';
import { readStats } from './stats';

type InternalDefinition<Schemas extends RequestSchemas> = Omit<
  RouteDefinition<Schemas, QueryContext>,
  'method' | 'auth' | 'tags' | 'headers'
>;

/** A GET with the internal secret, of the tenant that it names. */
function internalRoute<Schemas extends RequestSchemas>(route: InternalDefinition<Schemas>): Route<QueryContext> {
  return defineRoute<Schemas, QueryContext>({
    ...(route as RouteDefinition<Schemas, QueryContext>),
    method: 'get',
    auth: 'internal',
    tags: ['Internal'],
    headers: schemas.internalHeaders,
    async handler(request, context) {
      try {
        await context.ownWrites(request.actor);
        return await route.handler(request, context);
      } catch (error) {
        throw outageAsProblem(error);
      }
    },
  });
}

const user = internalRoute<{ params: typeof schemas.userParams }>({
  path: '/api/users/{externalUserId}',
  operationId: 'getUser',
  summary: 'Get a user’s profile',
  params: schemas.userParams,
  responses: { 200: { description: 'The profile as it was synchronised last', schema: schemas.userSchema } },
  async handler({ actor, params }, context) {
    const row = await userById(context.statements, actor.tenantId, params.externalUserId);
    if (!row || row.removed_at !== null) throw notThere();
    return ok(await presentUser(context, row));
  },
});

const conversations = internalRoute<{ query: typeof schemas.listQuery }>({
  path: '/api/admin/conversations',
  operationId: 'listAllConversations',
  summary: 'List all conversations of a tenant',
  query: schemas.listQuery,
  responses: { 200: { description: 'A page of conversations', schema: schemas.conversationPageSchema } },
  handler: async ({ actor, query }, context) => ok(await conversationPage(context, actor, query)),
});

const stats = internalRoute<RequestSchemas>({
  path: '/api/admin/stats',
  operationId: 'getStats',
  summary: 'Get a tenant’s figures',
  responses: { 200: { description: 'What there is, and who is there', schema: schemas.statsSchema } },
  async handler({ actor: { tenantId } }, { statements, presence }) {
    const [counted, totals] = await Promise.all([readStats(statements, tenantId), presence.totals(tenantId)]);
    return ok({ ...counted, ...totals });
  },
});

async function userById(statements: Statements, tenantId: TenantId, userId: string): Promise<UserRow | undefined> {
  const [row] = await statements.rows<UserRow>(
    'user_profile',
    (schema) => `select * from ${schema}.users where tenant_id = $1 and user_id = $2`,
    [tenantId, userId],
  );
  return row;
}

const SEALED = ['display_name', 'avatar_url', 'email', 'metadata'] as const;

/** All of the profile, which only the tenant's own service is shown; a field that no key opens any more is null. */
async function presentUser({ opener }: QueryContext, row: UserRow) {
  const { tenant_id: tenantId, user_id: streamId } = row;
  await opener.prepare(
    tenantId,
    SEALED.flatMap((name) => (row[name] === null ? [] : [{ sealed: row[name] }])),
  );
  const open = (field: (typeof SEALED)[number]): Json =>
    openColumn(opener, row[field], { tenantId, streamType: 'user', streamId, field }) ?? null;
  return {
    externalUserId: streamId,
    displayName: open('display_name'),
    avatarUrl: open('avatar_url'),
    email: open('email'),
    metadata: open('metadata'),
    syncedAt: row.synced_at,
  };
}

export const internalRoutes: readonly Route<QueryContext>[] = [user, conversations, stats];
