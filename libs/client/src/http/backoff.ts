import { AbortedError } from '../errors.ts';

/** How often and how patiently failed requests are sent again. */
export interface RetryOptions {
  /** Further attempts after the first; 4 by default. */
  retries?: number;
  /** Longest wait before the first of them; doubles with each. 200 ms by default. */
  baseMs?: number;
  /** Longest wait of all, and the longest `Retry-After` that is waited for. 15 s by default. */
  maxMs?: number;
}

export const DEFAULT_RETRY: Required<RetryOptions> = { retries: 4, baseMs: 200, maxMs: 15_000 };

/** A wait before attempt `n` (from 1): chance spreads clients that failed at the same moment. */
export function backoffMs(n: number, { baseMs, maxMs }: Pick<Required<RetryOptions>, 'baseMs' | 'maxMs'>): number {
  const most = Math.min(maxMs, baseMs * 2 ** Math.min(n - 1, 30));
  return most / 2 + (Math.random() * most) / 2;
}

/** Rejects as soon as the signal is aborted. */
export function delay(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(new AbortedError(signal.reason));
    const abort = () => {
      clearTimeout(timer);
      reject(new AbortedError(signal?.reason));
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', abort);
      resolve();
    }, ms);
    signal?.addEventListener('abort', abort, { once: true });
  });
}

/** The promise, unless the signal is aborted before; what goes on behind the promise goes on. */
export function orAborted<Result>(promise: Promise<Result>, signal?: AbortSignal): Promise<Result> {
  if (!signal) return promise;
  return new Promise((resolve, reject) => {
    const abort = () => reject(new AbortedError(signal.reason));
    signal.addEventListener('abort', abort, { once: true });
    if (signal.aborted) abort();
    // In any case: a rejection that nobody listens to ends a process of Node.
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
