import { AbortedError, AuthError, ChatError, isProblem, NetworkError, problemError, ServerError } from '../errors.ts';
import { fileOf, textOf } from './bodies.ts';
import { retryAfterOf } from './retryAfter.ts';

/** A request as it goes out. */
export interface Outgoing {
  url: string;
  method: string;
  headers: Record<string, string>;
  body: string | undefined;
}

export interface Answer {
  status: number;
  headers: Headers;
  /** The JSON of the body; undefined where there is none, a `Blob` for `raw`. */
  body: unknown;
}

export interface AttemptOptions {
  fetch: typeof fetch;
  timeoutMs: number;
  signal?: AbortSignal;
  /** The body is a file. */
  raw?: boolean;
}

/** One attempt. Rejects with a `ChatError` unless the API answered that it did as asked. */
export async function attempt(request: Outgoing, options: AttemptOptions): Promise<Answer> {
  const { signal } = options;
  if (signal?.aborted) throw new AbortedError(signal.reason);
  const controller = new AbortController();
  const abort = () => controller.abort();
  signal?.addEventListener('abort', abort, { once: true });
  const timer = setTimeout(abort, options.timeoutMs);
  try {
    const { url, ...init } = request;
    const response = await options.fetch(url, { ...init, signal: controller.signal, redirect: 'manual' });
    return await read(response, options.raw === true);
  } catch (cause) {
    if (signal?.aborted) throw new AbortedError(signal.reason);
    if (cause instanceof ChatError) throw cause;
    if (controller.signal.aborted) throw lost('timeout', `No answer within ${options.timeoutMs} ms.`, { cause });
    throw lost('network', 'The server cannot be reached.', { cause });
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', abort);
  }
}

async function read(response: Response, raw: boolean): Promise<Answer> {
  const { status, headers } = response;
  // Followed, it would take the token to whatever host it names. Browsers say nothing of it but that it is one.
  if (response.type === 'opaqueredirect' || (status >= 300 && status < 400)) {
    await response.body?.cancel();
    throw lost('bad_answer', `The server answered ${status}: redirects are not followed.`, { status });
  }
  if (!response.ok) throw failure(response, await textOf(response));
  if (status === 204 || status === 205) return { status, headers, body: undefined };
  if (raw) return { status, headers, body: await fileOf(response) };
  const body = json(await textOf(response));
  // A portal in between or a page of a single-page application answers 200 to everything.
  if (body === undefined)
    throw lost('bad_answer', `The answer (${status}) is not JSON: this is not the API.`, { status });
  return { status, headers, body };
}

/** What a status says where the body says nothing, as of a proxy's own page. */
const BY_STATUS: Record<number, string> = {
  401: 'unauthorized',
  403: 'forbidden',
  404: 'not_found',
  429: 'rate_limited',
};
const RETRYABLE = new Set([408, 429, 500, 502, 503, 504]);

function failure({ status, headers }: Response, text: string): ChatError {
  const retryAfterMs = retryAfterOf(headers);
  const body = json(text);
  if (isProblem(body)) return problemError({ ...body, status }, retryAfterMs);
  const requestId = headers.get('x-request-id') ?? undefined;
  const code = BY_STATUS[status] ?? (status >= 500 ? 'unavailable' : 'bad_answer');
  const details = { status, retryable: RETRYABLE.has(status), requestId, retryAfterMs };
  return new (status === 401 ? AuthError : ServerError)(code, `The server answered ${status}.`, details);
}

function json(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

const lost = (
  code: 'network' | 'timeout' | 'bad_answer',
  message: string,
  details: { status?: number; cause?: unknown },
) => new NetworkError(code, message, { retryable: code !== 'bad_answer', ...details });
