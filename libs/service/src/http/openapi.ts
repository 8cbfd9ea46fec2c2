import { JSON_VALUE_SCHEMA, LIMITS, PROBLEMS, type ProblemCode } from '@threadlog/events';
import { STATUS_CODES } from 'node:http';
import { z } from 'zod';
import {
  createDocument,
  type ZodOpenApiObject,
  type ZodOpenApiOperationObject,
  type ZodOpenApiRequestBodyObject,
  type ZodOpenApiResponsesObject,
} from 'zod-openapi';
import type { Route, RouteAuth } from './route';

/** A problem as the document shows it. */
export const problemSchema = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    instance: z.string().optional(),
    code: z.enum(Object.keys(PROBLEMS) as [ProblemCode, ...ProblemCode[]]),
    requestId: z.string().optional(),
    retryable: z.boolean(),
    errors: z.array(z.object({ pointer: z.string(), code: z.string(), message: z.string() })).optional(),
    error: z.string(),
    message: z.string(),
  })
  .meta({ id: 'Problem', description: 'RFC 9457 problem details; `code` is what programs should look at.' });

export interface ApiInfo {
  title: string;
  version: string;
  description?: string;
  /** Base addresses; a path such as `/chat` where there is a `BASE_PATH`. */
  servers?: string[];
}

const SECURITY: Record<RouteAuth, Record<string, string[]>[]> = {
  user: [{ bearer: [] }],
  internal: [{ internalSecret: [] }],
  none: [],
};

/** What holds for every request, and what no keyword of JSON Schema says. */
const ABOUT_INPUT =
  'Texts are well-formed Unicode: a lone surrogate is refused. Lengths count code points. A body is JSON in UTF-8, ' +
  `nested at most ${LIMITS.jsonDepth} levels with at most ${LIMITS.jsonValues} values.`;

/** The OpenAPI 3.1 document of routes, made of the very schemas that `mountRoutes` parses with. */
export function openApiDocument<Deps = never>(
  routes: readonly Route<Deps>[],
  { title, version, description, servers = ['/'] }: ApiInfo,
): ReturnType<typeof createDocument> {
  const paths: NonNullable<ZodOpenApiObject['paths']> = {};
  for (const route of routes) paths[route.path] = { ...paths[route.path], [route.method]: operationOf(route) };
  return createDocument({
    openapi: '3.1.0',
    info: { title, version, description: description ?? ABOUT_INPUT },
    servers: servers.map((url) => ({ url })),
    paths,
    components: {
      schemas: { JsonValue: JSON_VALUE_SCHEMA as never },
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
        internalSecret: { type: 'apiKey', in: 'header', name: 'X-Internal-Secret' },
      },
    },
  });
}

function operationOf<Deps>(route: Route<Deps>): ZodOpenApiOperationObject {
  return {
    operationId: route.operationId ?? operationIdOf(route),
    summary: route.summary,
    description: route.description,
    tags: route.tags,
    security: SECURITY[route.auth],
    // The library does not take undefined for absent here.
    requestParams: {
      ...(route.params && { path: route.params }),
      ...(route.query && { query: route.query }),
      ...(route.headers && { header: route.headers }),
    },
    requestBody: requestBodyOf(route),
    responses: { ...successes(route), ...refusals(route) },
  };
}

function requestBodyOf<Deps>({ body, streams }: Route<Deps>): ZodOpenApiRequestBodyObject | undefined {
  if (streams) {
    const content = Object.fromEntries(
      Object.entries(streams).map(([type, example]) => [type, { schema: { type: 'string' as const, example } }]),
    );
    return { required: true, content };
  }
  if (!body) return undefined;
  return { required: !body.safeParse(undefined).success, content: { 'application/json': { schema: body } } };
}

function successes<Deps>({ responses }: Route<Deps>): ZodOpenApiResponsesObject {
  const entries = Object.entries(responses).map(([status, { description, schema, media, headers }]) => {
    const content = schema ? { 'application/json': { schema } } : media ? { [media]: FILE } : undefined;
    return [status, { description, content, headers }];
  });
  return Object.fromEntries(entries) as ZodOpenApiResponsesObject;
}

/** OpenAPI 3.1 says no more of bytes than their media type. */
const FILE = { schema: { type: 'string', contentEncoding: 'binary' } } as const;

const ALWAYS: ProblemCode[] = ['invalid_request', 'not_found', 'rate_limited', 'internal', 'unavailable'];

/** All that a route may be refused with. */
export function problemsOf<Deps>(route: Route<Deps>): ProblemCode[] {
  const own: ProblemCode[] = route.auth === 'none' ? [] : ['unauthorized'];
  if (route.body) own.push('payload_too_large', 'unsupported_media_type');
  if (route.streams) own.push('unsupported_media_type');
  return [...new Set([...ALWAYS, ...own, ...(route.problems ?? [])])];
}

/** One response a status, naming the codes that come with it. */
function refusals<Deps>(route: Route<Deps>): ZodOpenApiResponsesObject {
  const codes = Object.groupBy(problemsOf(route), (code) => PROBLEMS[code].status);
  const entries = Object.entries(codes)
    .filter(([status]) => !(Number(status) in route.responses))
    .map(([status, names = []]) => {
      const description = `${STATUS_CODES[status] ?? 'Problem'}: ${names.map((name) => `\`${name}\``).join(', ')}`;
      return [status, { description, content: { 'application/problem+json': { schema: problemSchema } } }];
    });
  return Object.fromEntries(entries) as ZodOpenApiResponsesObject;
}

/** `get /api/v1/threads/{threadId}/messages` -> `getThreadsByThreadIdMessages`. */
function operationIdOf<Deps>({ method, path }: Route<Deps>): string {
  const words = path
    .replace(/^\/api(\/v\d+)?/, '')
    .split('/')
    .filter(Boolean)
    .map((part) => (part.startsWith('{') ? `by-${part.slice(1, -1)}` : part))
    .flatMap((part) => part.split(/[^A-Za-z0-9]+/).filter(Boolean));
  return method + words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('');
}
