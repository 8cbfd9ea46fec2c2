import { AuthError, ChatError } from '../errors.ts';
import { attempt, type Answer } from './attempt.ts';
import { backoffMs, delay, orAborted, type RetryOptions } from './backoff.ts';
import type { Consistency } from './consistency.ts';
import { newKey } from './keys.ts';
import { measured, resourceOf, type ClientMetrics } from './metrics.ts';
import { queryString, type QueryValue } from './paths.ts';
import type { Tokens } from './tokens.ts';

/** What every method takes. */
export interface CallOptions {
  signal?: AbortSignal;
}

/** What every method that writes takes. */
export interface WriteOptions extends CallOptions {
  /** The same key with the same request is carried out once, within a day. Made for each call where none is given. */
  idempotencyKey?: string;
  /** The `ETag` of what the change was made for. */
  ifMatch?: string;
}

export interface ApiRequest extends WriteOptions {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Below `/api/v1`, or a whole path that begins with `/api`. */
  path: string;
  query?: Record<string, QueryValue>;
  body?: unknown;
  raw?: boolean;
}

export interface HttpDeps {
  url: string;
  fetch: typeof fetch;
  tokens: Tokens;
  consistency: Consistency;
  retry: Required<RetryOptions>;
  timeoutMs: number;
  /** Aborted when the client is closed. */
  signal: AbortSignal;
  metrics: ClientMetrics;
  log(message: string, fields: Record<string, unknown>): void;
}

export interface Http {
  /** Sends it until it is answered for good. Rejects with a `ChatError`. */
  request<Body>(request: ApiRequest): Promise<Body>;
}

/** What has been tried of one request. */
interface Progress {
  attempts: number;
  /** With those that a new token was asked for in between. */
  tries: number;
  /** Refused tokens that were replaced. */
  renewals: number;
  /** Whether the consistency token was given up. */
  unbound: boolean;
}

/** How often one request asks for another token: a server that refuses every token must not be asked for ever. */
const MOST_RENEWALS = 1;

export function createHttp(deps: HttpDeps): Http {
  return {
    async request<Body>(request: ApiRequest): Promise<Body> {
      const key = request.method === 'GET' ? null : (request.idempotencyKey ?? newKey());
      const signal = request.signal ? AbortSignal.any([request.signal, deps.signal]) : deps.signal;
      const progress: Progress = { attempts: 0, tries: 0, renewals: 0, unbound: false };
      for (;;) {
        const token = await orAborted(deps.tokens.current(), signal);
        const bound =
          request.method === 'GET' && !progress.unbound ? deps.consistency.tokenFor(threadIn(request.path)) : null;
        try {
          const { method } = request;
          const about = { method, resource: resourceOf(request.path), attempt: ++progress.tries };
          const answer = await measured(deps.metrics, about, () =>
            attempt(outgoing(deps, request, { token, key, bound }), { ...deps, raw: request.raw, signal }),
          );
          noteWrite(deps, request, answer);
          return answer.body as Body;
        } catch (error) {
          await recover(deps, error, { request, progress, token, bound, signal });
        }
      }
    },
  };
}

interface Sent {
  token: string;
  key: string | null;
  bound: string | null;
}

function outgoing({ url }: HttpDeps, request: ApiRequest, { token, key, bound }: Sent) {
  const { method, body, ifMatch } = request;
  const headers: Record<string, string> = { accept: 'application/json', authorization: `Bearer ${token}` };
  if (key !== null) headers['idempotency-key'] = key;
  if (bound !== null) headers['x-consistency-token'] = bound;
  if (ifMatch !== undefined) headers['if-match'] = ifMatch;
  if (body !== undefined) headers['content-type'] = 'application/json';
  const whole = `${url}/api/v1${request.path}${queryString(request.query)}`;
  return { url: whole, method, headers, body: body === undefined ? undefined : JSON.stringify(body) };
}

/** The thread that a request is about, as paths spell it: its reads show its writes. */
const threadIn = (path: string) => /^\/threads\/([^/]+)/.exec(path)?.[1] ?? null;

function noteWrite({ consistency }: HttpDeps, { method, path }: ApiRequest, { headers, body }: Answer): void {
  const token = headers.get('x-consistency-token');
  if (method === 'GET' || token === null) return;
  const made = (body as { id?: unknown } | undefined)?.id;
  consistency.note(threadIn(path) ?? (typeof made === 'string' ? encodeURIComponent(made) : null), token);
}

interface Attempted {
  request: ApiRequest;
  progress: Progress;
  token: string;
  bound: string | null;
  signal: AbortSignal;
}

/** Returns when another attempt is due; throws where none is. */
async function recover(deps: HttpDeps, error: unknown, attempted: Attempted): Promise<void> {
  if (!(error instanceof ChatError)) throw error;
  const { progress, token, bound, signal, request } = attempted;
  if (error instanceof AuthError && deps.tokens.renewable && progress.renewals++ < MOST_RENEWALS) {
    await orAborted(deps.tokens.replace(token), signal);
    return;
  }
  if (bound !== null && isAboutToken(error)) {
    deps.consistency.forget(bound);
    progress.unbound = true;
    return;
  }
  const waitMs = waitFor(error, ++progress.attempts, deps.retry);
  if (waitMs === null) throw error;
  const { attempts: attempt } = progress;
  deps.log('request failed, trying again', { method: request.method, code: error.code, attempt, waitMs });
  await delay(waitMs, signal);
}

/** A token of another log: the server was restored from a backup. */
const isAboutToken = ({ code, message }: ChatError) =>
  code === 'invalid_request' && message.toLowerCase().includes('x-consistency-token');

/** Every request here is safe to send again: reads, and writes with their key. */
function waitFor(error: ChatError, n: number, retry: Required<RetryOptions>): number | null {
  if (!error.retryable || n > retry.retries) return null;
  if (error.retryAfterMs === null) return backoffMs(n, retry);
  if (error.retryAfterMs > retry.maxMs) return null;
  return error.retryAfterMs + Math.random() * Math.min(retry.baseMs, 1000);
}
