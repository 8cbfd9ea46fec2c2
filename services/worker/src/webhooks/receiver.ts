import type { Outcome } from './attempt';
import type { WebhookEndpoint } from './endpoints/endpoint';
import { createStarter, MAX_LIVE, type Starter } from './starter';

/** An endpoint and how it fares: what is true of it for all tenants that it is told of. */
export interface Receiver {
  /** As it was last seen. */
  endpoint: WebhookEndpoint;
  /** Attempts at what is new. */
  readonly start: Starter;
  /** Aborts when it is to be told no more. */
  readonly signal: AbortSignal;
  /** Attempts under way that are slow. */
  slow: number;
  /** Whether it may be told of what is new at once; else that is noted and comes in its turn. */
  isQuick(): boolean;
  /** Late lanes that are tried at once: one, where nothing is taken at all. */
  lateAtOnce(): number;
  /** Since when nothing was taken although something was tried; null where the last attempt was one. */
  failingSince(): Date | null;
  /** Why it is to be switched off; nothing is tried any more from then on. */
  ended(): 'gone' | 'asked' | null;
  /** It was mended meanwhile. */
  resume(): void;
  /** Hears what became of every attempt. */
  heard(outcome: Outcome, at: Date): void;
  end(): void;
}

/** Slow attempts of an endpoint under way, beyond which nothing new is tried at once. */
const MAX_SLOW = 16;
/** Lanes of an endpoint in which something is tried again at once. */
const MAX_LATE = 16;
/** Attempts in a row that failed, after which one lane is tried at a time. */
const TROUBLED_AFTER = 16;

export function createReceiver(endpoint: WebhookEndpoint, failingSince: Date | null): Receiver {
  const ending = new AbortController();
  let failures = 0;
  let since = failingSince;
  let ended: 'gone' | 'asked' | null = null;
  return {
    endpoint,
    start: createStarter(MAX_LIVE),
    signal: ending.signal,
    slow: 0,
    isQuick() {
      return ended === null && this.slow < MAX_SLOW;
    },
    lateAtOnce() {
      if (ended !== null) return 0;
      return failures >= TROUBLED_AFTER ? 1 : MAX_LATE;
    },
    failingSince: () => since,
    ended: () => ended,
    resume: () => void (ended = null),
    heard(outcome, at) {
      const { kind } = outcome;
      if (outcome.kind === 'ended') ended = outcome.reason;
      failures = kind === 'delivered' ? 0 : failures + 1;
      since = kind === 'delivered' ? null : (since ?? at);
    },
    end: () => ending.abort(),
  };
}
