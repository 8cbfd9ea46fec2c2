import type { Service } from '../lifecycle';
import { pause } from '../loops';

/** A turn that comes so much later than it was wanted is late; milliseconds. */
const LATE_MS = 500;
/** So many late turns in a row mean more work than there is time for; one is a pause of the machine. */
const LATE_TURNS = 4;
const TURN_EVERY_MS = 200;

/** Whether the event loop has had too much to do for some time. */
export interface LoopDelay extends Service {
  isLate(): boolean;
}

export interface LoopDelayOptions {
  now?: () => number;
  sleep?: (ms: number, signal: AbortSignal) => Promise<void>;
}

export function createLoopDelay({ now = () => performance.now(), sleep = pause }: LoopDelayOptions = {}): LoopDelay {
  let late = 0;
  return {
    name: 'loop delay',
    isLate: () => late >= LATE_TURNS,
    async run(signal) {
      while (!signal.aborted) {
        const wanted = now() + TURN_EVERY_MS;
        await sleep(TURN_EVERY_MS, signal);
        late = now() - wanted >= LATE_MS ? late + 1 : 0;
      }
    },
  };
}
