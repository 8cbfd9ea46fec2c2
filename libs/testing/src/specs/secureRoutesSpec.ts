import assert from 'node:assert/strict';
import type { Actor } from '@threadlog/auth';
import type { TestReply, TestRequest } from './testApi';

/** The part of an OpenAPI document that the specification walks. */
export interface ApiDocument {
  paths?: object;
}

export interface SecuredApi {
  request(method: string, path: string, options: TestRequest): Promise<TestReply>;
  /**
   * Values of path parameters that name what exists and `insider` may see; by operation where operations would take
   * things away from each other.
   */
  params: Record<string, string> | ((operation: Operation) => Record<string, string>);
  /** A valid body, and a query (`?since=0`), by operation id, where one is required. */
  bodies?: Record<string, unknown>;
  queries?: Record<string, string>;
  insider: Actor;
  /** What opens internal routes; that of `testAdmission` by default. */
  internalSecret?: string;
  /** Administers another tenant. */
  stranger: Actor;
  /** Of the same tenant, neither participant nor in scope. */
  outsider: Actor;
}

export interface Operation {
  method: string;
  path: string;
  operationId: string;
  /** Internal operations want the secret of the tenant's own service instead of a token. */
  internal: boolean;
}

/** The operations of a document, in its order. */
export function operationsOf(document: ApiDocument): Operation[] {
  return Object.entries(document.paths ?? {}).flatMap(([path, methods]) =>
    Object.entries((methods ?? {}) as object).map(([method, operation]) => ({
      method,
      path,
      ...aboutOperation(operation as DocumentedOperation),
    })),
  );
}

interface DocumentedOperation {
  operationId: string;
  security?: readonly object[];
}

function aboutOperation({
  operationId,
  security = [],
}: DocumentedOperation): Pick<Operation, 'operationId' | 'internal'> {
  return { operationId, internal: security.some((scheme) => 'internalSecret' in scheme) };
}

const BAD_TOKEN = 'not-a-token';

type Send = (options: TestRequest) => Promise<TestReply>;
type Check = (send: Send) => Promise<void>;

/**
 * What holds for every route, walked over the OpenAPI document, so that a route cannot be forgotten: it wants a token,
 * a good one, and what another tenant has or the actor may not see is 404, as if it were not there. The insider's
 * request comes last, since it may change things: it proves that the 404s were not about the path. Call it inside a
 * `describe`; `given` is asked when the tests run. Operations that `makes` names make what their path names, so that in another
 * tenant there is nothing to hide.
 */
export function secureRoutesSpec(
  document: ApiDocument,
  given: () => SecuredApi,
  only: (operation: Operation) => boolean = () => true,
  makes: ReadonlySet<string> = new Set(),
): void {
  const { describe, it } = globalThis as unknown as JestGlobals;
  for (const operation of operationsOf(document).filter(only)) {
    describe(`${operation.method.toUpperCase()} ${operation.path}`, () => {
      const checks = operation.internal ? internalChecks(operation, given) : checksOf(operation, given, makes);
      for (const [title, check] of checks) it(title, () => check(sender(operation, given)));
    });
  }
}

function checksOf(
  { path, operationId }: Operation,
  given: () => SecuredApi,
  makes: ReadonlySet<string>,
): [string, Check][] {
  const checks: [string, Check][] = [
    ['requires a token', async (send) => refused(await send({}), 401, 'unauthorized')],
    ['refuses a bad token', async (send) => refused(await send({ token: BAD_TOKEN }), 401, 'unauthorized')],
  ];
  if (!path.includes('{') || makes.has(operationId)) return checks;
  return [
    ...checks,
    ["hides another tenant's", async (send) => refused(await send({ as: given().stranger }), 404, 'not_found')],
    ['refuses out of scope', async (send) => refused(await send({ as: given().outsider }), 404, 'not_found')],
    ['lets those in who may', async (send) => admitted(await send({ as: given().insider }))],
  ];
}

/** A token never opens an internal route, whoever's it is; the secret opens it for the tenant it is used for. */
function internalChecks({ path }: Operation, given: () => SecuredApi): [string, Check][] {
  const headers = (tenant: string): Record<string, string> => ({
    'x-internal-secret': given().internalSecret ?? 'internal',
    'x-tenant-id': tenant,
  });
  const wrong = { ...headersOfNobody, 'x-tenant-id': 'acme' };
  const checks: [string, Check][] = [
    ['requires the internal secret', async (send) => refused(await send({}), 401, 'unauthorized')],
    ['refuses a wrong secret', async (send) => refused(await send({ headers: wrong }), 401, 'unauthorized')],
    ['refuses tokens', async (send) => refused(await send({ as: given().insider }), 401, 'unauthorized')],
  ];
  if (!path.includes('{')) return checks;
  return [
    ...checks,
    [
      "hides another tenant's",
      async (send) => refused(await send({ headers: headers(given().stranger.tenantId) }), 404, 'not_found'),
    ],
    ['lets those in who may', async (send) => admitted(await send({ headers: headers(given().insider.tenantId) }))],
  ];
}

const headersOfNobody = { 'x-internal-secret': 'nobody has told it' };

function sender(operation: Operation, given: () => SecuredApi): Send {
  const { method, path, operationId } = operation;
  return (options) => {
    const { queries = {}, bodies = {}, request, ...rest } = given();
    const params = typeof rest.params === 'function' ? rest.params(operation) : rest.params;
    const place = path.replace(/\{(\w+)\}/g, (_, name: string) => {
      assert.ok(params[name] !== undefined, `${path}: give a value for the parameter ${name}`);
      return encodeURIComponent(params[name]);
    });
    const query = queries[operationId] ?? '';
    return request(method, place + query, { ...options, ...(operationId in bodies && { body: bodies[operationId] }) });
  };
}

function refused(reply: TestReply, status: number, code: string): void {
  assert.equal(reply.status, status, JSON.stringify(reply.body));
  assert.match(reply.headers.get('content-type') ?? '', /^application\/problem\+json/);
  assert.equal((reply.body as { code: string }).code, code);
}

function admitted(reply: TestReply): void {
  assert.ok(reply.status < 300, `${reply.status} ${JSON.stringify(reply.body)}`);
}

interface JestGlobals {
  describe(title: string, body: () => void): void;
  it(title: string, body: () => Promise<void>): void;
}
