import { BrokenCircuitError } from 'cockatiel';
import { ChatError, chatError } from '../errors.ts';
import type { Answer } from '../http/attempt.ts';
import type { Telling } from './telling.ts';

/** The breaker is open: nothing was sent. */
export class CircuitOpenError extends ChatError {
  override readonly name = 'CircuitOpenError';
  constructor() {
    super('circuit_open', 'The chat service is not asked: it failed too often.', { retryable: true });
  }
}

/** Tells of calls and their attempts what became of them, and makes `ChatError`s of all that they reject with. */
export function createWatching(telling: Telling) {
  return {
    async attempt(operation: string, n: number, run: () => Promise<Answer>): Promise<unknown> {
      const elapsed = stopwatch();
      const done = (status: number, code: string | null): void => {
        const durationMs = elapsed();
        telling.metric('attempt', { operation, attempt: n, status, code, durationMs });
        telling.log('debug', 'chat service asked', { operation, attempt: n, status, code, duration_ms: durationMs });
      };
      try {
        const { status, body } = await run();
        done(status, null);
        return body;
      } catch (error) {
        const { status, code } = chatError(error);
        done(status, code);
        throw error;
      }
    },

    /** @param run is given what numbers its attempts */
    async call<Result>(operation: string, run: (next: () => number) => Promise<Result>): Promise<Result> {
      const elapsed = stopwatch();
      let attempts = 0;
      const done = (code: string | null): number => {
        const durationMs = elapsed();
        telling.metric('call', { operation, attempts, code, durationMs });
        return durationMs;
      };
      try {
        const result = await run(() => (attempts += 1));
        done(null);
        return result;
      } catch (thrown) {
        const error = thrown instanceof BrokenCircuitError ? new CircuitOpenError() : chatError(thrown);
        const { code, status, requestId: request_id } = error;
        const duration_ms = done(code);
        telling.log('error', 'chat service failed', { operation, attempts, code, status, request_id, duration_ms });
        throw error;
      }
    },
  };
}

function stopwatch(): () => number {
  const startedAt = performance.now();
  return () => performance.now() - startedAt;
}
