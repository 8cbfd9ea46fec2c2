import type { Outcome } from './attempt';
import { nextPause } from './schedule';
import type { Setback } from './store/deliveries';

/** What an attempt that was none asks for: to wait until then, or, with null, to be given up. */
export interface Verdict {
  dueAt: Date | null;
  setback: Setback;
}

export interface Circumstances {
  /** Attempts, this one included. */
  attempts: number;
  now: Date;
  /** At least 0, below 1. */
  random: number;
}

/** Judges a delivery by the attempt that it was not taken in. */
export function verdictOf(
  outcome: Exclude<Outcome, { kind: 'delivered' }>,
  { attempts, now, random }: Circumstances,
): Verdict {
  const setback = { status: outcome.status, reason: outcome.reason };
  if (outcome.kind === 'refused') return { dueAt: null, setback };
  const pause = nextPause({ attempts, retryAfterMs: outcome.kind === 'failed' ? outcome.retryAfterMs : null, random });
  return { dueAt: pause === null ? null : new Date(now.getTime() + pause), setback };
}
