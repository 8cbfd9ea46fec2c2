import { chatError, type ChatError } from '../errors.ts';
import { backoffMs } from '../http/backoff.ts';
import { createTimers } from './timers.ts';

export interface Refetch {
  /** Soon, once for all that asks meanwhile. */
  soon(): void;
  now(): void;
  stop(): void;
}

export interface RefetchDeps {
  fetch(signal: AbortSignal): Promise<void>;
  /** Another attempt follows where it makes sense. */
  failed(error: ChatError): void;
  delayMs: number;
}

const RETRY = { baseMs: 500, maxMs: 20_000 };

/** Fetches a thing again when it may have changed: one request at a time, and one after the last change. */
export function createRefetch({ fetch, failed, delayMs }: RefetchDeps): Refetch {
  const timers = createTimers();
  let running: AbortController | null = null;
  let dirty = false;
  let failures = 0;

  async function run(): Promise<void> {
    timers.clearAll();
    if (running) return void (dirty = true);
    const own = (running = new AbortController());
    dirty = false;
    try {
      await fetch(own.signal);
      failures = 0;
    } catch (error) {
      if (own.signal.aborted) return;
      const failure = chatError(error);
      failed(failure);
      if (failure.retryable)
        timers.set('soon', Math.max(failure.retryAfterMs ?? 0, backoffMs(++failures, RETRY)), () => void run());
    } finally {
      if (running === own) running = null;
    }
    if (dirty && !own.signal.aborted) soon();
  }
  function soon(): void {
    if (running) dirty = true;
    else timers.set('soon', delayMs, () => void run());
  }

  return {
    soon,
    now: () => void run(),
    stop() {
      timers.clearAll();
      running?.abort();
      running = null;
      dirty = false;
    },
  };
}
