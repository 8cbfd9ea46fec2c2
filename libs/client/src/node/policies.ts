import {
  circuitBreaker,
  CircuitState,
  ConsecutiveBreaker,
  handleWhen,
  noop,
  retry,
  type CircuitBreakerPolicy,
  type IPolicy,
} from 'cockatiel';
import { AbortedError, ChatError } from '../errors.ts';
import { delay } from '../http/backoff.ts';
import { isRetryable, isUnwell, type Repeatable } from './classify.ts';
import type { ChatServiceConfig } from './config.ts';

export type CircuitBreakerState = 'closed' | 'open' | 'half-open';
const STATES: Record<CircuitState, CircuitBreakerState> = {
  [CircuitState.Closed]: 'closed',
  [CircuitState.Open]: 'open',
  [CircuitState.Isolated]: 'open',
  [CircuitState.HalfOpen]: 'half-open',
};

export interface Breaker {
  policy: IPolicy;
  state(): CircuitBreakerState;
}

/** Counts attempts, not calls: a service that is not well is left alone before each call has had all its retries. */
export function createBreaker(
  config: ChatServiceConfig,
  onChange: (from: CircuitBreakerState, to: CircuitBreakerState) => void,
): Breaker {
  if (!config.circuitBreakerEnabled) return { policy: noop, state: () => 'closed' };
  // To cockatiel what is not handled has succeeded: a trial that the caller gave up would close the breaker.
  const isFailure = (error: unknown): boolean =>
    isUnwell(error) || (error instanceof AbortedError && policy.state === CircuitState.HalfOpen);
  const policy: CircuitBreakerPolicy = circuitBreaker(handleWhen(isFailure), {
    halfOpenAfter: config.circuitBreakerTimeoutMs,
    breaker: new ConsecutiveBreaker(config.circuitBreakerMaxFails),
  });
  let state: CircuitBreakerState = 'closed';
  policy.onStateChange((next) => {
    const from = state;
    state = STATES[next];
    onChange(from, state);
  });
  return { policy, state: () => STATES[policy.state] };
}

const LONGEST_WAIT_MS = 30_000;

/** The wait before retry `n` (from 1): what the server asked for, else growing, half of it by chance, so that clients spread. */
function waitMs(n: number, error: unknown, config: ChatServiceConfig): number {
  const most = Math.min(LONGEST_WAIT_MS, config.retryDelayMs * config.retryBackoff ** (n - 1));
  const chance = (Math.random() * most) / 2;
  const asked = error instanceof ChatError ? error.retryAfterMs : null;
  return asked === null ? most / 2 + chance : asked + chance;
}

export interface Retrying {
  config: ChatServiceConfig;
  breaker: Breaker;
  signal?: AbortSignal | undefined;
  onRetry(error: unknown, waitMs: number, n: number): void;
}

/** Attempts of one request: each through the breaker, the next one when it is due. */
export function repeat<Result>(request: Repeatable, once: () => Promise<Result>, deps: Retrying): Promise<Result> {
  const { config, breaker, signal, onRetry } = deps;
  const again = retry(
    handleWhen((error) => isRetryable(error, request)),
    { maxAttempts: config.maxRetries },
  );
  let wait = 0;
  again.onRetry(({ attempt, ...reason }) => {
    const error = 'error' in reason ? reason.error : undefined;
    wait = waitMs(attempt, error, config);
    onRetry(error, wait, attempt);
  });
  return again.execute(async ({ attempt }) => {
    // Here, as the policy's own wait goes on when the caller is gone, and keeps the process.
    if (attempt > 0) await delay(wait, signal);
    return breaker.policy.execute(once, signal);
  }, signal);
}
