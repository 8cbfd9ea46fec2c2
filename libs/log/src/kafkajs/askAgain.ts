import { setTimeout as delay } from 'node:timers/promises';

export interface Patience {
  /** Milliseconds from the begin after which a failure is the last. */
  forMs: number;
  pauseMs: number;
  /** Whether a fault may be another one, or none, when asked again. */
  passes(error: unknown): boolean;
}

/** The time may have passed over a process that stood still, or over one request to a broker that does: neither was asked again. */
const FEWEST = 2;

/** Asks the brokers until they answer, or until what they say does not pass or the time is over: rejects with that. */
export async function askAgain<Answer>(
  question: () => Promise<Answer>,
  { forMs, pauseMs, passes }: Patience,
): Promise<Answer> {
  const deadline = performance.now() + forMs;
  for (let failures = 1; ; failures += 1) {
    try {
      return await question();
    } catch (error) {
      const isOver = performance.now() > deadline && failures >= FEWEST;
      if (isOver || !passes(error)) throw error;
    }
    await delay(pauseMs);
  }
}
