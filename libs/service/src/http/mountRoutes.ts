import { ProblemError } from '@threadlog/events';
import { onBehalfOf } from '../fairness/onBehalf';
import type { Request, Response, Router } from 'express';
import type { z } from 'zod';
import { invalidRequest, problemOf, type Faulty } from '../problems';
import type { Admission } from './admission';
import { readJson } from './body';
import { problemsOf } from './openapi';
import { actorOf, contextOf, type RequestContext } from './requestContext';
import type { Route, RouteReply, RouteRequest } from './route';

export interface MountOptions<Deps> {
  deps: Deps;
  /** Decides who gets in: tokens, internal secrets, rate limits. Shared by all routes of a process. */
  admission: Admission;
  /** Checks every reply against its declared schema, and fails the request where they differ. For tests. */
  checkReplies?: boolean;
}

/**
 * Mounts routes on a router: admission, then body, then parsing, then the handler; its reply is sent as JSON.
 * Paths of these routes with other methods fall through, so that another router may have them; if none has, the app
 * answers 405 with all methods that were seen on the way.
 */
export function mountRoutes<Deps>(router: Router, routes: readonly Route<Deps>[], options: MountOptions<Deps>): Router {
  const methods = new Map<string, string[]>();
  for (const route of routes) {
    const path = expressPath(route.path);
    router[route.method](path, (request, response) => serve(route, request, response, options));
    methods.set(path, [...(methods.get(path) ?? []), ...methodNames(route)]);
  }
  for (const [path, names] of methods) {
    router.all(path, (request, _response, next) => {
      const context = contextOf(request);
      context.allowed ??= new Set();
      for (const name of names) context.allowed.add(name);
      next();
    });
  }
  return router;
}

/** `/threads/{threadId}` as Express writes it. */
function expressPath(template: string): string {
  return template.replace(/\{(\w+)\}/g, ':$1');
}

function methodNames(route: Pick<Route, 'method'>): string[] {
  return route.method === 'get' ? ['GET', 'HEAD'] : [route.method.toUpperCase()];
}

async function serve<Deps>(route: Route<Deps>, request: Request, response: Response, options: MountOptions<Deps>) {
  const context = contextOf(request);
  context.route = route.path;
  context.params = request.params;
  await options.admission.admit(route.auth, request, response);
  const body = route.body ? await readJson(request, response, route.bodyLimit) : undefined;
  const input = parseRequest(route, request, { context, response, body });
  const answered = handled(route, input, context.actor, options.deps);
  const reply = await (options.checkReplies ? checkRefusal(route as Route, answered) : answered);
  if (!reply) return;
  if (options.checkReplies) checkReply(route as Route, reply);
  sendReply(response, reply);
}

/** In the name of the tenant that asks. */
function handled<Deps>(route: Route<Deps>, input: RouteRequest, actor: RequestContext['actor'], deps: Deps) {
  const handle = () => route.handler(input as RouteRequest<never>, deps);
  return actor ? onBehalfOf({ tenantId: actor.tenantId, surface: 'http' }, handle) : handle();
}

interface Arrival {
  context: RequestContext;
  response: Response;
  body: unknown;
}

function parseRequest<Deps>(route: Route<Deps>, request: Request, { context, response, body }: Arrival): RouteRequest {
  const faults: Faulty[] = [];
  const parsed = {
    params: parsePart(route.params, request.params, 'params', faults),
    query: parsePart(route.query, request.query, 'query', faults),
    headers: parsePart(route.headers, request.headers, 'headers', faults),
    body: parsePart(route.body, body, '', faults),
  };
  if (faults.length > 0) throw new ProblemError(invalidRequest(faults));
  return {
    ...(parsed as Pick<RouteRequest, 'params' | 'query' | 'headers' | 'body'>),
    get actor() {
      return actorOf(request);
    },
    requestId: context.requestId,
    traceparent: context.traceparent,
    raw: { request, response },
  };
}

function parsePart(schema: z.ZodType | undefined, value: unknown, place: string, faults: Faulty[]): unknown {
  if (!schema) return place === '' ? undefined : {};
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  faults.push({ error: result.error, place });
  return undefined;
}

/** Sends a reply; Express's own `json` costs several times as much for options that are all off here. */
export function sendReply(response: Response, reply: RouteReply): void {
  response.statusCode = reply.status;
  for (const name in reply.headers) {
    const value = reply.headers[name];
    if (value !== undefined) response.setHeader(name, value);
  }
  if (reply.body === undefined) {
    response.end();
    return;
  }
  const text = JSON.stringify(reply.body);
  if (!response.hasHeader('content-type')) response.setHeader('Content-Type', 'application/json; charset=utf-8');
  response.setHeader('Content-Length', Buffer.byteLength(text));
  response.end(text);
}

/** A refusal that the document does not tell of fails too. */
async function checkRefusal(route: Route, answered: RouteReply | undefined | Promise<RouteReply | undefined>) {
  try {
    return await answered;
  } catch (error) {
    const code = problemOf(error)?.code;
    if (code === undefined || problemsOf(route).includes(code)) throw error;
    throw new Error(`${route.method} ${route.path} was refused with undeclared ${code}`, { cause: error });
  }
}

function checkReply(route: Route, reply: RouteReply): void {
  const declared = route.responses[reply.status];
  if (!declared) throw new Error(`${route.method} ${route.path} replied with undeclared status ${reply.status}`);
  const result = declared.schema?.safeParse(reply.body);
  if (result && !result.success) {
    throw new Error(`${route.method} ${route.path} replied with another shape: ${result.error.message}`);
  }
}
