import { setTimeout as delay } from 'node:timers/promises';
import type { Server } from '../server';

const windowMs = 60_000;

export interface SuperviseOptions {
  signal: AbortSignal;
  report: (line: string) => void;
  /** More restarts within a minute end the supervision. 5 by default. */
  limit?: number;
}

/**
 * Starts a server again when it ends by itself or is killed, so that faults can be tried by hand on a development
 * stack. Resolves when `signal` aborts. @throws Error when it keeps ending, or cannot be started again.
 */
export const supervise = async (server: Server, { signal, report, limit = 5 }: SuperviseOptions): Promise<void> => {
  const restarts: number[] = [];
  while (!signal.aborted) {
    await delay(200, undefined, { signal }).catch(() => undefined);
    const ended = server.ended();
    if (signal.aborted || ended === null) continue;
    const now = performance.now();
    restarts.push(now);
    if (restarts.filter((at) => now - at < windowMs).length > limit)
      throw new Error(`${server.name} keeps ending: ${ended}`);
    report(`${server.name} ${ended}; starting it again ...`);
    await server.restart();
    report(`${server.name} is back after ${((performance.now() - now) / 1000).toFixed(1)} s.`);
  }
};
