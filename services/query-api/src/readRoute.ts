import {
  defineRoute,
  type RequestSchemas,
  type Route,
  type RouteDefinition,
  type RouteReply,
} from '@threadlog/service';
import type { StreamRef, TenantId } from '@threadlog/events';
import type { QueryContext } from './context';
import { outageAsProblem } from './outages';
import { tokenHeaders } from './schemas';

export type ReadRouteDefinition<Schemas extends RequestSchemas> = Omit<
  RouteDefinition<Schemas, QueryContext>,
  'method' | 'auth' | 'headers' | 'body'
>;

/** A GET with a bearer token that first waits for the write its consistency token names, if it carries one. */
export function readRoute<Schemas extends RequestSchemas>(route: ReadRouteDefinition<Schemas>): Route<QueryContext> {
  type WithToken = Schemas & { headers: typeof tokenHeaders };
  return defineRoute<WithToken, QueryContext>({
    ...(route as unknown as RouteDefinition<WithToken, QueryContext>),
    method: 'get',
    auth: 'user',
    headers: tokenHeaders,
    problems: [...(route.problems ?? []), 'projection_lagging'],
    async handler(request, context) {
      const token = (request.headers as { 'x-consistency-token'?: string })['x-consistency-token'];
      try {
        if (token === undefined) return await route.handler(request as never, context);
        await context.waitFor(token);
        const reply = await route.handler(request as never, context);
        // Only now: whoever may not see the thread was told so before.
        await context.requireWhole(token, threadRead(request.actor.tenantId, request.params as PathParams));
        return reply;
      } catch (error) {
        throw outageAsProblem(error);
      }
    },
  });
}

type PathParams = { threadId?: string; conversationId?: string } | undefined;

/** The thread that a path names, if any. */
function threadRead(tenantId: TenantId, params: PathParams): StreamRef | null {
  const id = params?.threadId ?? params?.conversationId;
  return id === undefined ? null : { tenantId, type: 'thread', id };
}

/** 200 with a body; only the entity tags that changes are matched against travel as headers. */
export function ok(body: unknown, headers: RouteReply['headers'] = {}): RouteReply {
  return { status: 200, body, headers };
}
