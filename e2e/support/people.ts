import { sign } from 'jsonwebtoken';
import { SECRETS } from './system';

export interface Person {
  id: string;
  tenant: string;
  role?: string;
  learnerIds?: string[] | '*';
}

/** A token as an application would issue it; ten minutes from now by default. */
export function tokenOf({ id, tenant, role = 'user', learnerIds = [] }: Person, expiresInSeconds = 600): string {
  const claims = { sub: id, tenant_id: tenant, role, learner_ids: learnerIds };
  const { AUTH_JWT_SECRET: secret, AUTH_JWT_ISSUER: issuer } = SECRETS;
  return sign(claims, secret, { algorithm: 'HS256', issuer, expiresIn: expiresInSeconds });
}

export interface Answer<TBody = unknown> {
  status: number;
  body: TBody;
  headers: Headers;
}

/** A client of the HTTP API in somebody's name. */
export interface Client {
  readonly token: string;
  call<TBody = unknown>(
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<Answer<TBody>>;
}

export function clientOf(baseUrl: string | (() => string), person: Person): Client {
  const token = tokenOf(person);
  return {
    token,
    async call<TBody>(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
      const base = typeof baseUrl === 'string' ? baseUrl : baseUrl();
      const response = await fetch(`${base}${path}`, {
        method,
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(10_000),
      });
      const text = await response.text();
      return { status: response.status, body: (text ? JSON.parse(text) : null) as TBody, headers: response.headers };
    },
  };
}
