import { randomBytes } from 'node:crypto';
import type { Document } from './document';
import { pathOf, routeOf, send, type Answer, type Ask } from './http';
import { fail, like, show, type Expected } from './like';
import type { Options } from './options';
import { claimsOf, type Guise, type Name } from './people';
import { openSocket, type SocketClient, type SocketOptions } from './sockets/client';
import { tokenOf } from './tokens';

/** Somebody who asks. */
export interface Caller {
  readonly token: string;
  ask(route: string, ask?: Ask): Promise<Answer>;
  /** The same, and the answer must have this status (success) or be the problem of this code. */
  expect<TBody = Record<string, unknown>>(outcome: Outcome, route: string, ask?: Ask): Promise<TBody>;
}

/** A status, or the code of a problem. */
export type Outcome = number | string;

/** The world of one case: a tenant of its own, in which nobody has done anything yet. */
export interface Scene {
  readonly tenant: string;
  readonly options: Options;
  as(name: Name, guise?: Guise): Caller;
  /** Whoever knows the internal secret; of this tenant. */
  internal(headers?: Record<string, string>): Caller;
  /** Without any credential. */
  anyone(): Caller;
  socket(name: Name, options?: SocketOptions): Promise<SocketClient>;
  /** Waits until reads show everything that was written in this scene. */
  settle(): Promise<void>;
  close(): void;
}

const CONSISTENCY = 'x-consistency-token';

export function createScene(options: Options, document: Document): Scene {
  const tenant = `conf-${randomBytes(6).toString('hex')}`;
  const unsettled = new Map<string, string>();
  const sockets: SocketClient[] = [];

  async function settle(): Promise<void> {
    const tokens = [...unsettled.values()];
    unsettled.clear();
    const authorization = `Bearer ${tokenOf(claimsOf('root', tenant), options)}`;
    for (const token of tokens) {
      const headers = { authorization, [CONSISTENCY]: token };
      const answer = await send(`${options.url}/api/v1/threads?limit=1`, { method: 'GET', headers });
      if (answer.status !== 200) fail(`waiting for a write answers ${answer.status}: ${show(answer.body)}`);
    }
  }

  async function ask(route: string, request: Ask, headers: Record<string, string>): Promise<Answer> {
    const { method, template } = routeOf(route);
    if (method === 'GET') await settle();
    const path = pathOf(template, request);
    const all = { ...headers, ...request.headers };
    const answer = await send(`${options.url}${path}`, { method, body: request.body, headers: all });
    const token = answer.headers.get(CONSISTENCY);
    if (token) unsettled.set(placeOfWrite(path, answer), token);
    if (answer.status >= 400) checkProblem(route, answer);
    document.check(route, answer);
    return answer;
  }

  function callerOf(token: string, headers: Record<string, string>): Caller {
    return {
      token,
      ask: (route, request = {}) => ask(route, request, headers),
      async expect<TBody>(outcome: Outcome, route: string, request: Ask = {}) {
        const answer = await ask(route, request, headers);
        requireOutcome(answer, outcome, route);
        return answer.body as TBody;
      },
    };
  }

  const tokenFor = (name: Name, guise?: Guise): string => tokenOf(claimsOf(name, tenant, guise), options);
  return {
    tenant,
    options,
    as(name, guise) {
      const token = tokenFor(name, guise);
      return callerOf(token, { authorization: `Bearer ${token}` });
    },
    internal: (headers = {}) =>
      callerOf('', { 'x-internal-secret': options.internalSecret ?? '', 'x-tenant-id': tenant, ...headers }),
    anyone: () => callerOf('', {}),
    async socket(name, socketOptions = {}) {
      const { guise, ...rest } = socketOptions;
      const socket = await openSocket(options.realtime ?? '', tokenFor(name, guise), rest);
      sockets.push(socket);
      return socket;
    },
    settle,
    close: () => sockets.forEach((socket) => socket.close()),
  };
}

/** Writes to one thread are in one partition, so its newest token stands for all; others stand for themselves. */
function placeOfWrite(path: string, answer: Answer): string {
  const [, thread] = /\/(?:threads|conversations)\/([^/?]+)(?!.*\/(?:read|preferences)$)/.exec(path) ?? [];
  const id = (answer.body as { id?: unknown } | null)?.id;
  if (thread) return decodeURIComponent(thread).split('~')[0]!;
  return typeof id === 'string' ? id : `${path} ${answer.headers.get(CONSISTENCY)}`;
}

export function requireOutcome(answer: Answer, outcome: Outcome, what = 'the answer'): void {
  const { status, body } = answer;
  const code = status >= 400 ? (body as { code?: unknown } | null)?.code : undefined;
  if (typeof outcome === 'number' ? status === outcome : code === outcome) return;
  fail(`${what}: ${status}${code === undefined ? '' : ` ${String(code)}`}, not ${outcome}: ${show(body)}`);
}

/** Every refusal has the same shape, whatever refused it. */
function checkProblem(route: string, answer: Answer): void {
  const type = answer.headers.get('content-type') ?? '';
  if (routeOf(route).method === 'HEAD') return;
  if (!type.startsWith('application/problem+json')) fail(`${route} refuses as ${type}: ${show(answer.body)}`);
  const { detail } = answer.body as { detail?: unknown };
  const expected: Expected = {
    type: (value: unknown) => typeof value === 'string' && value !== '',
    status: answer.status,
    title: (value: unknown) => typeof value === 'string' && value !== '',
    detail: (value: unknown) => typeof value === 'string' && value !== '',
    code: (value: unknown) => typeof value === 'string' && /^[a-z_]+$/.test(value),
    requestId: (value: unknown) => typeof value === 'string' && value !== '',
    retryable: (value: unknown) => typeof value === 'boolean',
    error: detail,
    message: detail,
  };
  like(answer.body, expected, `${route} problem`);
}
