import type { Actor } from '@threadlog/auth';
import type { ProblemCode } from '@threadlog/events';
import type { Request, Response } from 'express';
import type { OutgoingHttpHeaders } from 'node:http';
import type { z } from 'zod';

/** The zod schemas of a request's parts. What they parse is what the handler gets and what OpenAPI shows. */
export interface RequestSchemas {
  /** Path parameters, by the names in the template. */
  params?: z.ZodObject;
  /** Query parameters: values are strings, or lists of strings where one was sent twice with different values. */
  query?: z.ZodObject;
  /** Request headers, lower-case names; only those named here are handed over. */
  headers?: z.ZodObject;
  /** JSON body. Routes without it never read one. */
  body?: z.ZodType;
}

type Parsed<Schema, Otherwise> = Schema extends z.ZodType ? z.output<Schema> : Otherwise;
type None = Record<string, never>;

/** A parsed request. */
export interface RouteRequest<Schemas extends RequestSchemas = RequestSchemas> {
  params: Parsed<Schemas['params'], None>;
  query: Parsed<Schemas['query'], None>;
  headers: Parsed<Schemas['headers'], None>;
  body: Parsed<Schemas['body'], undefined>;
  /** Who asks. On routes with `auth: 'none'` reading it throws `unauthorized`. */
  readonly actor: Actor;
  requestId: string;
  traceparent: string | undefined;
  /** For the rare route that streams; such a handler returns nothing. */
  raw: { request: Request; response: Response };
}

/** An answer as data. Without `body` nothing is sent but the head. */
export interface RouteReply {
  status: number;
  body?: unknown;
  headers?: OutgoingHttpHeaders;
}

export interface ResponseDefinition {
  description: string;
  schema?: z.ZodType;
  /** Media type of an answer that is a file and no JSON. */
  media?: string;
  /** Response headers worth documenting, as one object schema. */
  headers?: z.ZodObject;
}

/** `user`: a bearer token; `internal`: `X-Internal-Secret`; `none`: open. */
export type RouteAuth = 'user' | 'internal' | 'none';
export type RouteMethod = 'get' | 'put' | 'post' | 'patch' | 'delete';

export interface RouteDefinition<
  Schemas extends RequestSchemas = RequestSchemas,
  Deps = unknown,
> extends RequestSchemas {
  method: RouteMethod;
  /** OpenAPI template below `BASE_PATH`: `/api/v1/threads/{threadId}`. */
  path: string;
  summary: string;
  description?: string;
  tags: string[];
  /** Unique name for generated clients; by default derived from method and path. */
  operationId?: string;
  auth: RouteAuth;
  params?: Schemas['params'];
  query?: Schemas['query'];
  headers?: Schemas['headers'];
  body?: Schemas['body'];
  /** Media types of a body that the handler itself reads, bit by bit, instead of JSON, each with an example; no `body` then. */
  streams?: Readonly<Record<string, string>>;
  /** Largest body in bytes, where it is another than everywhere else (256 KiB). */
  bodyLimit?: number;
  responses: Record<number, ResponseDefinition>;
  /** Refusals this route may answer besides those every route may (400, 401, 404, 429, 5xx). */
  problems?: ProblemCode[];
  handler(request: RouteRequest<Schemas>, deps: Deps): RouteReply | undefined | Promise<RouteReply | undefined>;
}

/** A route as `mountRoutes` and `openApiDocument` take it: its schemas' types have done their work in the handler. */
export type Route<Deps = unknown> = Omit<RouteDefinition<RequestSchemas, Deps>, 'handler'> & {
  handler(request: RouteRequest<never>, deps: Deps): RouteReply | undefined | Promise<RouteReply | undefined>;
};

/**
 * Defines a route; the handler's parameters are typed by the schemas. Annotate the handler's second parameter with
 * the dependencies it wants, or close over them and leave it out.
 */
export function defineRoute<Schemas extends RequestSchemas, Deps = unknown>(
  route: RouteDefinition<Schemas, Deps>,
): Route<Deps> {
  return route as unknown as Route<Deps>;
}
