import { ChatError, NetworkError } from '../errors.ts';

/** What of a request says whether it may be sent twice. */
export interface Repeatable {
  method: string;
  idempotencyKey?: string | undefined;
}

const SAFE = new Set(['GET', 'HEAD', 'OPTIONS']);
/** Longer than anybody waits in a call; the caller is told how long it is. */
const LONGEST_RETRY_AFTER_MS = 30_000;

/**
 * Whether the same request is sent again after this. 408 and 429 say that nothing was done; after a lost connection, silence or a
 * 5xx nobody knows, so what is neither safe nor has a key is left alone.
 */
export function isRetryable(error: unknown, { method, idempotencyKey }: Repeatable): boolean {
  if (!(error instanceof ChatError) || (error.retryAfterMs ?? 0) > LONGEST_RETRY_AFTER_MS) return false;
  if (error.status === 408 || error.status === 429) return true;
  const isHarmless = SAFE.has(method.toUpperCase()) || idempotencyKey !== undefined;
  return isHarmless && isLostOrFailed(error);
}

/** Whether it tells that the service is not well: what it refuses by its rules, and what the caller gave up, does not. */
export function isUnwell(error: unknown): boolean {
  return error instanceof ChatError && (error.code === 'bad_answer' || error.status === 408 || isLostOrFailed(error));
}

function isLostOrFailed(error: ChatError): boolean {
  if (error instanceof NetworkError) return error.code === 'network' || error.code === 'timeout';
  return error.status >= 500;
}
