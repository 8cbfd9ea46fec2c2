import { AbortedError, ChatError, chatError } from '../errors.ts';
import { attempt, type Outgoing } from '../http/attempt.ts';
import { orAborted } from '../http/backoff.ts';
import { queryString, type QueryValue } from '../http/paths.ts';
import type { ChatServiceConfig } from './config.ts';
import { repeat, type Breaker } from './policies.ts';
import type { Telling } from './telling.ts';
import { createWatching } from './watching.ts';

/** Any request to the API. */
export interface ServiceRequest {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Below the service's URL, percent-encoded: `/api/v1/threads`. */
  path: string;
  query?: Record<string, QueryValue>;
  body?: unknown;
  /** With it a write is done once however often it is sent, so it is sent again like a read. */
  idempotencyKey?: string;
  signal?: AbortSignal;
  /** What logs and metrics call it. */
  operation?: string;
}

export interface RequestDeps {
  config: ChatServiceConfig;
  fetch: typeof fetch;
  /** As it is when an attempt begins. */
  token(): string;
  breaker: Breaker;
  telling: Telling;
}

/** Sends requests as the policies say. Rejects with a `ChatError`. */
export function createRequests(deps: RequestDeps) {
  const { breaker, config, telling, token } = deps;
  const watching = createWatching(telling);
  const attemptAt = (request: ServiceRequest, authorization?: string) =>
    attempt(outgoing(config.url, request, authorization), {
      ...{ fetch: deps.fetch, timeoutMs: config.timeoutMs, signal: request.signal },
    });

  return {
    /** With retries, and through the breaker. */
    send<Body>(request: ServiceRequest): Promise<Body> {
      const { operation = 'request', signal } = request;
      return watching.call(operation, async (next) => {
        if (signal?.aborted) throw new AbortedError(signal.reason);
        const once = () => watching.attempt(operation, next(), () => attemptAt(request, `Bearer ${token()}`));
        const answered = repeat(request, once, {
          ...{ config, breaker, signal },
          onRetry(error, wait, n) {
            const { code, status } = chatError(error);
            telling.log('warn', 'chat service asked again', { operation, retry: n, code, status, wait_ms: wait });
          },
        });
        // Another call's trial is waited for, too; not by who is gone.
        return (await orAborted(answered, signal)) as Body;
      });
    },
    /** Once, past the breaker and without the token: to see whether it is there. */
    probe(request: ServiceRequest): Promise<unknown> {
      const { operation = 'probe' } = request;
      return watching.call(operation, (next) => watching.attempt(operation, next(), () => attemptAt(request)));
    },
  };
}

const KEY = /^[\x21-\x7e]{1,255}$/;

function outgoing(base: string, request: ServiceRequest, authorization?: string): Outgoing {
  const { method, body, idempotencyKey } = request;
  if (idempotencyKey !== undefined && !KEY.test(idempotencyKey)) throw invalid('idempotencyKey is no header.');
  return {
    url: urlOf(base, request),
    method,
    headers: {
      ...{ accept: 'application/json', 'content-type': 'application/json' },
      ...(authorization !== undefined && { authorization }),
      ...(idempotencyKey !== undefined && { 'idempotency-key': idempotencyKey }),
    },
    body: body === undefined ? undefined : JSON.stringify(body),
  };
}

/** Below the service's own URL and nowhere else, whatever stands in the path. */
function urlOf(base: string, { path, query }: ServiceRequest): string {
  const home = new URL(base);
  const target = path.startsWith('/') ? URL.parse(`${base}${path}`) : null;
  const below = `${home.pathname.replace(/\/+$/, '')}${path}`;
  if (target?.origin !== home.origin || target.pathname !== below) throw invalid('path is no percent-encoded path.');
  return `${target.href}${queryString(query)}`;
}

const invalid = (message: string) => new ChatError('invalid_request', message, { status: 400 });
