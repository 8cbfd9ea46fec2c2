import { setTimeout as delay } from 'node:timers/promises';

/** Connections closed in one step while draining; between steps others have their turn, and clients do not come back at once. */
const DRAIN_STEP = 50;

/** Closes connections in steps, spread over a time. */
export async function inSteps<T>(items: readonly T[], withinMs: number, close: (item: T) => void): Promise<void> {
  const steps = Math.ceil(items.length / DRAIN_STEP);
  for (let step = 0; step < steps; step++) {
    items.slice(step * DRAIN_STEP, (step + 1) * DRAIN_STEP).forEach(close);
    if (step + 1 < steps) await delay(withinMs / steps);
  }
}
