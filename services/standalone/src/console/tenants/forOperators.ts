import { tenantIdInputSchema, type TenantId } from '@threadlog/events';
import { defineRoute, type Route, type RouteReply, type RouteRequest } from '@threadlog/service';
import { z } from 'zod';
import type { ConsoleDeps } from '../deps';
import { operatorActor, operatorName } from './actor';

const API = '/api/v1/';

/** Reads need no name: nothing comes of them. */
export const READER = 'console';

export interface ForOperators<Deps> {
  /** What the routes work with. */
  depsOf(deps: ConsoleDeps): Deps | Promise<Deps>;
  /** What operators are shown of an answer. */
  shown?(body: unknown): unknown;
  /** Where that has another shape. */
  responses?: Route['responses'];
}

/**
 * Routes of the HTTP API below `/ops/tenants/{tenant}`, for operators: the same handlers, asked as an operator of that tenant, who gives
 * a name as `by` where something is done.
 */
export function forOperators<Deps>(routes: readonly Route<Deps>[], how: ForOperators<Deps>): Route<ConsoleDeps>[] {
  return routes.map((route) => forOperator(route, how));
}

/** The path of a route of the HTTP API as operators have it. */
const operatorsPath = (path: string): string => `/ops/tenants/{tenant}/${path.slice(API.length)}`;

type Asked = RouteRequest & { params: { tenant: TenantId }; query: { by?: string } };

function forOperator<Deps>(
  route: Route<Deps>,
  { depsOf, shown, responses = route.responses }: ForOperators<Deps>,
): Route<ConsoleDeps> {
  const { params, query, operationId, description: _forTenants, handler, ...rest } = route;
  const does = route.method !== 'get';
  const named = does ? { by: operatorName } : {};
  return defineRoute<Record<string, never>, ConsoleDeps>({
    ...(rest as object as Parameters<typeof defineRoute<Record<string, never>, ConsoleDeps>>[0]),
    path: operatorsPath(route.path),
    ...(operationId && { operationId: `${operationId}AsOperator` }),
    responses,
    tags: ['Operations'],
    auth: 'user',
    params: z.object({ ...params?.shape, tenant: tenantIdInputSchema }) as never,
    query: z.strictObject({ ...query?.shape, ...named }) as never,
    async handler(request, deps) {
      const { params: given, query: asked, headers, body, requestId, traceparent, raw } = request as unknown as Asked;
      const { tenant, ...ids } = given;
      const { by = READER, ...choice } = asked;
      const actor = operatorActor(tenant, by);
      if (does)
        deps.logger.warn({ tenantId: tenant, by, does: route.operationId, ...ids }, 'an operator acts in a tenant');
      // No getter of the request is touched: nobody but the operator is its actor.
      const own = { params: ids, query: choice, headers, body, actor, requestId, traceparent, raw };
      const reply = await handler(own as never, await depsOf(deps));
      return shown && reply ? presented(reply, shown) : reply;
    },
  });
}

function presented(reply: RouteReply, shown: (body: unknown) => unknown): RouteReply {
  return { ...reply, body: shown(reply.body) };
}
