import type { Database } from '@threadlog/read-models';
import { until, type HealthCheck, type Logger, type Service } from '@threadlog/service';

/** The time that all instances of a deployment agree on: the database's, as leases use it. */
export interface SharedClock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** By how many milliseconds the clock of this machine is ahead; negative where it is behind. */
  skewMs(): number;
}

export interface SharedClockOptions {
  database: Database;
  logger: Logger;
  /** This machine's clock, which may be wrong, and may jump. */
  wallClock?(): number;
  everyMs?: number;
}

export interface OpenedClock {
  clock: SharedClock;
  /** Asks the database once; rejects where it does not answer. */
  measure(): Promise<void>;
  /** Asks again and again. */
  service: Service;
  /** Names a clock that is wrong, in the answers of health. */
  check: HealthCheck;
}

const EVERY_MS = 10_000;
/** An answer that took longer says too little of when it was given. */
const LONGEST_MS = 2_000;
/** From here on tokens expire noticeably early or late, and times of events look wrong. */
const NAMED_MS = 5_000;

/**
 * Follows the database's clock: between two answers by what has passed here, whatever the clock of this machine shows. Until
 * the first answer that clock stands in.
 */
export function createSharedClock(options: SharedClockOptions): OpenedClock {
  const { database, logger, wallClock = Date.now, everyMs = EVERY_MS } = options;
  /** What has to be added to the time since this process began. */
  let offset: number | null = null;
  let isNamed = false;

  const now = () => (offset === null ? wallClock() : Math.round(performance.now() + offset));
  const skewMs = () => Math.round(wallClock() - now());

  async function measure(): Promise<void> {
    const asked = performance.now();
    const { rows } = await database.query<{ now: number }>(
      'select (extract(epoch from clock_timestamp()) * 1000)::float8 as now',
    );
    const tookMs = performance.now() - asked;
    if (tookMs > LONGEST_MS && offset !== null) return;
    offset = rows[0]!.now - asked - tookMs / 2;
    tell();
  }

  function tell(): void {
    const wrong = Math.abs(skewMs()) >= NAMED_MS;
    if (wrong && !isNamed) logger.warn({ skewMs: skewMs() }, nameOf(skewMs()));
    isNamed = wrong;
  }

  const onFault = (err: unknown) => logger.debug({ err }, 'the database was not asked for its time, trying again');
  return {
    clock: { now, skewMs },
    measure,
    service: { name: 'clock', run: (signal) => until(signal, measure, { everyMs, firstMs: everyMs, onFault }) },
    check: {
      name: 'clock',
      check: () => undefined,
      note: () => (Math.abs(skewMs()) >= NAMED_MS ? nameOf(skewMs()) : null),
    },
  };
}

function nameOf(skewMs: number): string {
  const direction = skewMs > 0 ? 'ahead of' : 'behind';
  return `the clock of this machine is ${Math.abs(Math.round(skewMs / 1_000))} s ${direction} the database's: set it by NTP`;
}
