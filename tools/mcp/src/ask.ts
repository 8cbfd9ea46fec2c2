import { refusal, type Answer } from './answer';

/** One request to the API. */
export interface Question {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Below the API's own URL, percent-encoded. */
  path: string;
  query?: URLSearchParams;
  body?: unknown;
  idempotencyKey?: string;
  consistencyToken?: string;
}

export type Ask = (
  question: Question,
  caller: { authorization: string | undefined; signal: AbortSignal },
) => Promise<Answer>;

export const BOUNDS = {
  /** Until the whole answer is there. */
  timeoutMs: 30_000,
  /** Of a URL: a server that takes 16 KiB of headers has room for it beside a token. */
  urlCharacters: 12_000,
  /** A client over stdio takes 10 MiB at once, and an answer stands in a result twice, once as text in a text. */
  answerBytes: 2 * 1024 * 1024,
  /** Questions under way, of all callers together. */
  atOnce: 64,
};

const OVERLOADED = {
  code: 'overloaded',
  detail: 'Too many questions are under way at this server.',
  retryAfter: 1,
} as const;
const TOO_LONG = { code: 'invalid_request', detail: 'The arguments are too long for a URL.' } as const;
const UNREACHABLE = { code: 'unavailable', detail: 'The API cannot be reached, or did not answer in time.' } as const;
const UNKNOWN = {
  code: 'outcome_unknown',
  detail: 'The API did not answer, so nobody knows whether it was done. The same call again does it once.',
} as const;
const REDIRECTED = { code: 'unavailable', detail: 'The API redirects, which is not followed.' } as const;
const NO_API = { code: 'unavailable', detail: 'What answers at THREADLOG_URL is not the API.' } as const;
const TOO_LARGE = { code: 'payload_too_large', detail: 'The answer is too large: ask for a smaller page.' } as const;

/**
 * Asks the API under the caller's token, once. Redirects are not followed, as the token would go along. Never rejects: what
 * goes wrong on the way is told without its reason, which may hold an address or a header.
 */
export function createAsk(apiUrl: string, bounds: typeof BOUNDS = BOUNDS): Ask {
  let underWay = 0;
  return async (question, { authorization, signal }) => {
    const url = `${apiUrl}${question.path}${question.query?.size ? `?${question.query}` : ''}`;
    if (url.length > bounds.urlCharacters) return refusal(TOO_LONG);
    if (underWay >= bounds.atOnce) return refusal(OVERLOADED);
    underWay += 1;
    try {
      const response = await fetch(url, {
        method: question.method,
        headers: headersOf(question, authorization),
        ...(question.body !== undefined && { body: JSON.stringify(question.body) }),
        redirect: 'manual',
        signal: AbortSignal.any([signal, AbortSignal.timeout(bounds.timeoutMs)]),
      });
      return await answerOf(response, bounds.answerBytes);
    } catch {
      return refusal(question.method === 'GET' ? UNREACHABLE : UNKNOWN);
    } finally {
      underWay -= 1;
    }
  };
}

function headersOf(question: Question, authorization: string | undefined): Record<string, string> {
  const { body, idempotencyKey, consistencyToken } = question;
  return {
    accept: 'application/json',
    'user-agent': 'threadlog-mcp',
    ...(authorization !== undefined && { authorization }),
    ...(body !== undefined && { 'content-type': 'application/json' }),
    ...(idempotencyKey !== undefined && { 'idempotency-key': idempotencyKey }),
    ...(consistencyToken !== undefined && { 'x-consistency-token': consistencyToken }),
  };
}

const JSON_TYPE = /^application\/(?:[\w.+-]+\+)?json\b/i;

async function answerOf(response: Response, maxBytes: number): Promise<Answer> {
  const stray = strayOf(response);
  if (stray) {
    await response.body?.cancel();
    return refusal(stray);
  }
  const text = await textOf(response, maxBytes);
  if (text === null) return refusal(TOO_LARGE);
  const { status, headers } = response;
  return { status, body: text === '' ? null : (JSON.parse(text) as unknown), ...toldBeside(headers) };
}

/** What is no answer of the API. */
function strayOf({ status, headers }: Response) {
  if (status >= 300 && status < 400) return REDIRECTED;
  return status === 204 || JSON_TYPE.test(headers.get('content-type') ?? '') ? null : NO_API;
}

function toldBeside(headers: Headers): Partial<Answer> {
  const retryAfter = Number(headers.get('retry-after') ?? Number.NaN);
  return {
    ...(retryAfter >= 0 && { retryAfter }),
    replayed: headers.get('idempotency-replayed') === 'true',
    consistencyToken: headers.get('x-consistency-token') ?? undefined,
  };
}

/** Null for more than it may be; the rest is not read. */
async function textOf(response: Response, maxBytes: number): Promise<string | null> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of response.body ?? []) {
    bytes += part.byteLength;
    if (bytes > maxBytes) return null;
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}
