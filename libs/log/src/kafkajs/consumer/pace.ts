import { systemScheduler } from '../../scheduler';

/** kafkajs fetches again once all batches of the last fetch are handled; holding one back sets the pace. */
export interface Pace {
  /** A fetch begins. */
  started(): void;
  /** When the next fetch may begin; nothing when that is now. */
  next(): Promise<void> | undefined;
  /** Something is wanted that only a fetch can bring: nobody waits any longer for the slow pace. */
  hurry(): void;
}

/** What a pace asks about the records that came of late. */
export interface OwnRecords {
  /** Whether they all are this process's own: a fetch would most likely bring nothing but what was handed on. */
  areOwn(): boolean;
  /** Whether that may turn out as soon as acks have come. */
  mayBeOwn(): boolean;
}

/**
 * Milliseconds between two fetches while this process is handed its own records and there are no others. It is also how
 * late the first record of somebody else may be seen then.
 */
const OWN_INTERVAL_MS = 100;

const SYSTEM_CLOCK = { now: () => performance.now(), after: systemScheduler.after };

/** Milliseconds in which the ack of a record comes that a fetch was faster with. */
const ACK_MS = 5;

/** @param minIntervalMs Least time between two fetches. */
export function createPace(minIntervalMs: () => number, records: OwnRecords, clock = SYSTEM_CLOCK): Pace {
  const { areOwn, mayBeOwn } = records;
  let startedAt = -Infinity;
  let holding: Promise<void> | undefined;
  let cut: () => void = () => undefined;

  const rest = (intervalMs: number): number => startedAt + intervalMs - clock.now();

  function sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = clock.after(ms, resolve);
      cut = () => {
        cancel();
        resolve();
      };
    });
  }

  /** The usual time first: by then the acks of what was just fetched have come, if it is our own. */
  async function hold(ms: number): Promise<void> {
    if (ms > 0) await sleep(ms);
    const more = areOwn() ? rest(OWN_INTERVAL_MS) : 0;
    if (more > 0) await sleep(more);
    holding = undefined;
  }

  return {
    started: () => void (startedAt = clock.now()),
    next() {
      const ms = Math.max(rest(minIntervalMs()), mayBeOwn() ? ACK_MS : 0);
      if (ms <= 0 && !areOwn()) return holding;
      return (holding ??= hold(ms));
    },
    hurry: () => cut(),
  };
}
