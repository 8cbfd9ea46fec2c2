import type { Clock } from './clock';
import { microIso } from './timestamps';

const RECOMPUTED_MS = 1_000;

/** The timestamp from which on receipts count. It is asked with every command, so it moves in steps of a second. */
export function createWindow(clock: Clock, windowMs: number): () => string {
  let start = '';
  let validUntil = -Infinity;
  return () => {
    const now = clock.monotonicMs();
    if (now >= validUntil) {
      start = microIso(clock.wallMicros() - windowMs * 1000);
      validUntil = now + RECOMPUTED_MS;
    }
    return start;
  };
}
