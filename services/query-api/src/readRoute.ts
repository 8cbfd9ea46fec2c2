import {
  defineRoute,
  type RequestSchemas,
  type Route,
  type RouteDefinition,
  type RouteReply,
} from '@threadlog/service';
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
        if (token !== undefined) await context.waitFor(token);
        return await route.handler(request as never, context);
      } catch (error) {
        throw outageAsProblem(error);
      }
    },
  });
}

/** 200 with a body; only the entity tags that changes are matched against travel as headers. */
export function ok(body: unknown, headers: RouteReply['headers'] = {}): RouteReply {
  return { status: 200, body, headers };
}
