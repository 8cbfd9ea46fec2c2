import { ROLE_PERMISSIONS, type Actor, type Role } from '@threadlog/auth';
import { problem, tenantId } from '@threadlog/events';
import {
  createAdmission,
  createApp,
  createHealth,
  createLogger,
  createMetrics,
  createRateLimits,
  listen,
  type Admission,
  type TokenVerifier,
} from '@threadlog/service';
import type { Router } from 'express';

/** An actor with the permissions of its role. */
export function testActor(id: string, rest: Partial<Omit<Actor, 'tenantId'>> & { tenant?: string } = {}): Actor {
  const { tenant = 'acme', ...given } = rest;
  const role: Role = given.role ?? 'user';
  return {
    tenantId: tenantId(tenant),
    id,
    type: 'user',
    role,
    permissions: [...ROLE_PERMISSIONS[role]],
    learnerScope: [],
    expiresAt: null,
    ...given,
  };
}

/** A bearer token that `testAdmission` takes for this actor. */
export function testToken(actor: Actor): string {
  return `test.${Buffer.from(JSON.stringify(actor)).toString('base64url')}`;
}

/** A door like the real one, but for its keys: tokens of `testToken` are valid, all others are not. Without limits. */
export function testAdmission(): Admission {
  const verifier: TokenVerifier = {
    verifyCached: () => undefined,
    verify(token) {
      const [, body] = /^test\.([\w-]+)$/.exec(token) ?? [];
      if (!body) return Promise.reject(problem('unauthorized', 'The token is not valid.'));
      return Promise.resolve(JSON.parse(Buffer.from(body, 'base64url').toString()) as Actor);
    },
  };
  return createAdmission({ verifier, limits: createRateLimits({ rates: {} }), internalSecrets: ['internal'] });
}

export interface TestReply {
  status: number;
  headers: Headers;
  /** Parsed JSON, or the text where it is none; null without a body. */
  body: unknown;
}

export interface TestRequest {
  as?: Actor;
  /** Instead of `as`: this very token. */
  token?: string;
  headers?: Record<string, string>;
  body?: unknown;
}

export interface TestApi {
  url: string;
  request(method: string, path: string, options?: TestRequest): Promise<TestReply>;
  get(path: string, options?: TestRequest): Promise<TestReply>;
  close(): Promise<void>;
}

/** Routers behind everything that a process puts before them, on a free port. */
export async function serveTestApi(routers: readonly Router[]): Promise<TestApi> {
  const app = createApp({
    logger: createLogger({ service: 'test', level: 'silent' }),
    metrics: createMetrics({ defaults: false }),
    config: { BASE_PATH: '', TRUST_PROXY: 0, ACCESS_LOG: 'off', CORS_ORIGINS: ['*'] },
    limits: createRateLimits({ rates: {} }),
    health: createHealth({ info: { service: 'test', version: '0' }, checks: [] }),
    routers,
  });
  const server = await listen(app, { host: '127.0.0.1', port: 0 });
  const request: TestApi['request'] = (method, path, options = {}) => send(new URL(path, server.url), method, options);
  return {
    url: server.url,
    request,
    get: (path, options) => request('GET', path, options),
    close: () => server.close(),
  };
}

async function send(url: URL, method: string, { as, token, headers, body }: TestRequest): Promise<TestReply> {
  const bearer = token ?? (as && testToken(as));
  const response = await fetch(url, {
    method: method.toUpperCase(),
    redirect: 'manual',
    headers: {
      ...(bearer !== undefined && { authorization: `Bearer ${bearer}` }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  const json = /\bjson\b/.test(response.headers.get('content-type') ?? '');
  return { status: response.status, headers: response.headers, body: json ? JSON.parse(text) : text || null };
}
