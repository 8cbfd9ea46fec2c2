import { PROBLEMS, type ProblemCode } from '@threadlog/events';
import type { ResponseDefinition, Route, RouteAuth } from '@threadlog/service';
import { z } from 'zod';
import { createDocument, type ZodOpenApiOperationObject, type ZodOpenApiPathsObject } from 'zod-openapi';

export interface ApiInfo {
  title: string;
  version: string;
  description?: string;
}

const problemSchema = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    instance: z.string().optional(),
    code: z.enum(Object.keys(PROBLEMS) as [ProblemCode, ...ProblemCode[]]),
    requestId: z.string().optional(),
    /** Whether the same request may succeed later. */
    retryable: z.boolean(),
    errors: z.array(z.object({ pointer: z.string(), code: z.string(), message: z.string() })).optional(),
    error: z.string().meta({ description: 'The detail again, for clients of older dialects.' }),
    message: z.string().meta({ description: 'The detail again, for clients of older dialects.' }),
  })
  .meta({ id: 'Problem', description: 'RFC 9457 problem details.' });

const SECURITY: { [A in RouteAuth]: Record<string, string[]>[] } = {
  user: [{ bearer: [] }],
  internal: [{ internalSecret: [] }],
  none: [],
};

/**
 * The OpenAPI 3.1 document of these routes, from the very schemas that parse their requests. Paths are sorted, so that
 * the same routes give the same bytes in whatever order they were collected.
 */
export function openApiDocument(routes: readonly Route[], info: ApiInfo): object {
  const paths: ZodOpenApiPathsObject = {};
  for (const route of routes.toSorted(byPath)) {
    paths[route.path] = { ...paths[route.path], [route.method]: operation(route) };
  }
  return createDocument({
    openapi: '3.1.0',
    info: { ...info },
    paths,
    components: {
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
        internalSecret: { type: 'apiKey', in: 'header', name: 'X-Internal-Secret' },
      },
    },
  });
}

function byPath(a: Route, b: Route): number {
  const [x, y] = [`${a.path} ${a.method}`, `${b.path} ${b.method}`];
  return x < y ? -1 : Number(x > y);
}

function operation(route: Route): ZodOpenApiOperationObject {
  const { params, query, headers, body } = route;
  return {
    operationId: route.operationId ?? operationId(route),
    summary: route.summary,
    ...(route.description && { description: route.description }),
    tags: route.tags,
    security: SECURITY[route.auth],
    requestParams: { ...(params && { path: params }), ...(query && { query }), ...(headers && { header: headers }) },
    ...(body && { requestBody: { required: true, content: { 'application/json': { schema: body } } } }),
    responses: { ...replies(route), ...refusals(route) },
  };
}

/** `get /api/v1/threads/{threadId}` becomes `getApiV1ThreadsByThreadId`. */
function operationId({ method, path }: Route): string {
  const words = path
    .split('/')
    .filter(Boolean)
    .map((part) =>
      part.replace(/^\{(\w)(\w*)\}$/, (_, first: string, rest: string) => `By${first.toUpperCase()}${rest}`),
    );
  return method + words.map((word) => word.charAt(0).toUpperCase() + word.slice(1).replace(/\W/g, '')).join('');
}

function replies(route: Route): ZodOpenApiOperationObject['responses'] {
  return Object.fromEntries(
    Object.entries(route.responses).map(([status, { description, schema, headers }]: [string, ResponseDefinition]) => [
      status,
      { description, ...(headers && { headers }), ...(schema && { content: { 'application/json': { schema } } }) },
    ]),
  );
}

/** Codes by status: those every route may answer, and its own. */
function refusals(route: Route): ZodOpenApiOperationObject['responses'] {
  const codes = new Set<ProblemCode>([
    'invalid_request',
    'rate_limited',
    'internal',
    'unavailable',
    ...(route.problems ?? []),
  ]);
  if (route.auth !== 'none') codes.add('unauthorized');
  if (route.params) codes.add('not_found');
  const byStatus = Map.groupBy([...codes].sort(), (code) => PROBLEMS[code].status);
  return Object.fromEntries(
    [...byStatus].map(([status, names]) => [
      String(status),
      {
        description: names.map((code) => `${PROBLEMS[code].title} (\`${code}\`)`).join(', '),
        content: { 'application/problem+json': { schema: problemSchema } },
      },
    ]),
  );
}
