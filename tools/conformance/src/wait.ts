import { setTimeout as delay } from 'node:timers/promises';

/** Asks again until the check passes; the last fault is the answer when patience ends. */
export async function eventually<T>(check: () => Promise<T>, patienceMs = 10_000): Promise<T> {
  const deadline = Date.now() + patienceMs;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await delay(50);
    }
  }
}
