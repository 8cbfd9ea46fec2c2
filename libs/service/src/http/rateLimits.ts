import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import type { Rate } from '../config';

/** `ip`: requests without a valid token; `actor`: of one user; `agent`: of one agent; `tenant`: of all its actors together. */
export type LimitName = 'ip' | 'actor' | 'agent' | 'tenant';

/** Where a key stands in one limit after a request was counted. */
export interface LimitState {
  limit: LimitName;
  quota: number;
  windowSeconds: number;
  remaining: number;
  /** Whole seconds until the window ends. */
  resetSeconds: number;
  exceeded: boolean;
}

export interface RateLimits {
  /** Counts one request. Undefined where this limit is off. Never rejects. */
  consume(limit: LimitName, key: string): Promise<LimitState | undefined>;
  /**
   * Counts what other instances have let through. Buckets are local; a reconciler exchanges what `onConsume` tells it
   * and charges the others, in the background.
   */
  charge(limit: LimitName, key: string, points: number): Promise<void>;
}

export interface RateLimitsOptions {
  /** Limits by name; null or missing is off. */
  rates: Partial<Record<LimitName, Rate | null>>;
  /** Told of every counted request, synchronously; for a reconciler between instances. */
  onConsume?: (limit: LimitName, key: string) => void;
}

/** Fixed windows in this process's memory; a key is forgotten when its window ends. */
export function createRateLimits({ rates, onConsume }: RateLimitsOptions): RateLimits {
  const limiters = new Map<LimitName, RateLimiterMemory>();
  for (const [name, rate] of Object.entries(rates) as [LimitName, Rate | null][]) {
    if (rate) limiters.set(name, new RateLimiterMemory({ points: rate.points, duration: rate.seconds, keyPrefix: '' }));
  }
  return {
    async consume(limit, key) {
      const limiter = limiters.get(limit);
      if (!limiter) return undefined;
      onConsume?.(limit, key);
      const [result, exceeded] = await limiter.consume(key).then(
        (passed) => [passed, false] as const,
        (refused: unknown) => [refused, true] as const,
      );
      // Memory limiters refuse with the same object as they pass with; anything else is a fault of ours.
      if (!(result instanceof RateLimiterRes)) throw result;
      const resetSeconds = Math.max(1, Math.ceil(result.msBeforeNext / 1000));
      return {
        limit,
        quota: limiter.points,
        windowSeconds: limiter.duration,
        remaining: result.remainingPoints,
        resetSeconds,
        exceeded,
      };
    },
    async charge(limit, key, points) {
      await limiters.get(limit)?.penalty(key, points);
    },
  };
}

/** Limits from the configuration's variables. */
export function rateLimitsOf(config: {
  ENABLE_RATE_LIMITING: boolean;
  RATE_LIMIT_IP: Rate | null;
  RATE_LIMIT_ACTOR: Rate | null;
  RATE_LIMIT_AGENT: Rate | null;
  RATE_LIMIT_TENANT: Rate | null;
}): RateLimitsOptions['rates'] {
  if (!config.ENABLE_RATE_LIMITING) return {};
  return {
    ip: config.RATE_LIMIT_IP,
    actor: config.RATE_LIMIT_ACTOR,
    agent: config.RATE_LIMIT_AGENT,
    tenant: config.RATE_LIMIT_TENANT,
  };
}
