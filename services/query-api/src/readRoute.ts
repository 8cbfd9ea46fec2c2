import {
  defineRoute,
  outageAsProblem,
  type RequestSchemas,
  type Route,
  type RouteDefinition,
  type RouteReply,
} from '@threadlog/service';
import type { StreamRef, TenantId } from '@threadlog/events';
import type { QueryContext } from './context';
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
    handler(request, context) {
      const token = (request.headers as { 'x-consistency-token'?: string })['x-consistency-token'];
      const thread = threadRead(request.actor.tenantId, request.params as PathParams);
      return consistently(context, { token, thread }, () => route.handler(request as never, context));
    },
  });
}

/** What a read has to show: the write that a token names, in the thread that is read. */
export interface Promised {
  token: string | undefined;
  thread: StreamRef | null;
}

/** Reads once the write that a token names is there, and throws problems where it is not, or where stores are away. */
export async function consistently<Answer>(
  context: QueryContext,
  { token, thread }: Promised,
  read: () => Answer | Promise<Answer>,
): Promise<Answer> {
  try {
    if (token === undefined) return await read();
    await context.waitFor(token);
    const answer = await read();
    // Only now: whoever may not see the thread was told so before.
    await context.requireWhole(token, thread);
    return answer;
  } catch (error) {
    throw outageAsProblem(error);
  }
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
