import { setTimeout as delay } from 'node:timers/promises';

export interface Patience {
  /** Milliseconds from the begin after which a failure is the last. */
  forMs: number;
  pauseMs: number;
  /** Whether a fault may be another one, or none, when asked again. */
  passes(error: unknown): boolean;
}

/** Asks the brokers until they answer, or until what they say does not pass or the time is over: rejects with that. */
export async function askAgain<Answer>(
  question: () => Promise<Answer>,
  { forMs, pauseMs, passes }: Patience,
): Promise<Answer> {
  const deadline = performance.now() + forMs;
  for (;;) {
    try {
      return await question();
    } catch (error) {
      if (performance.now() > deadline || !passes(error)) throw error;
    }
    await delay(pauseMs);
  }
}
