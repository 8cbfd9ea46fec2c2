import type { Actor } from '@threadlog/auth';
import { problem, type ProblemCode } from '@threadlog/events';
import type { IncomingMessage } from 'node:http';

/** What the process knows about a request besides its bytes. One object a request, made by `createApp`. */
export interface RequestContext {
  /** `X-Request-Id`, the client's where it was well-formed: the correlation id of events and log lines. */
  requestId: string;
  traceparent: string | undefined;
  /** `performance.now()` at arrival. */
  startedAt: number;
  actor: Actor | undefined;
  /** Who asks has proven who it is, or was counted by address already: a refusal is not counted for the address. */
  counted: boolean;
  /** Template of the matched route, for metrics: ids never become labels. */
  route: string | undefined;
  /** Path parameters of the matched route. */
  params: Readonly<Record<string, string | string[]>> | undefined;
  /** What the request was refused with. */
  code: ProblemCode | undefined;
  /** Methods that exist for the path, where none of them was the one asked for. */
  allowed: Set<string> | undefined;
}

const CONTEXT = Symbol('requestContext');
type Carrier = IncomingMessage & { [CONTEXT]?: RequestContext };

export function setContext(request: IncomingMessage, context: RequestContext): void {
  (request as Carrier)[CONTEXT] = context;
}

/** The context of a request that came through `createApp`. Throws where the middleware is missing: a wiring fault. */
export function contextOf(request: IncomingMessage): RequestContext {
  const context = (request as Carrier)[CONTEXT];
  if (!context) throw new Error('request context is missing: mount routes on an app made by createApp');
  return context;
}

/** The actor of an authenticated request. Throws `unauthorized` where there is none. */
export function actorOf(request: IncomingMessage): Actor {
  const { actor } = contextOf(request);
  if (!actor) throw problem('unauthorized', 'A bearer token is required.');
  return actor;
}
