import type { Route, RequestSchemas } from '@threadlog/service';
import type { QueryContext } from '../context';
import { readRoute, type ReadRouteDefinition } from '../readRoute';

/** A read of clients that cannot carry a consistency token: it waits a moment for what its reader wrote last. */
export function surfaceRoute<Schemas extends RequestSchemas>(route: ReadRouteDefinition<Schemas>): Route<QueryContext> {
  return readRoute<Schemas>({
    ...route,
    async handler(request, context) {
      await context.ownWrites(request.actor);
      return route.handler(request, context);
    },
  });
}
