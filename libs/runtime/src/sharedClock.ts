import type { Database } from '@threadlog/read-models';
import { until, type HealthCheck, type Logger, type Service } from '@threadlog/service';

/** The time that all instances of a deployment agree on: the database's, as leases use it. */
export interface SharedClock {
  /** Milliseconds since the epoch; exact to the time that a statement takes. */
  now(): number;
  /**
   * The same for what people and tokens are told: this machine's clock while it agrees with the database's, as it is finer,
   * and the database's where it does not. So nobody's token ends early, and no event comes from the future, by the clock of
   * one machine.
   */
  wallMs(): number;
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
/** A clock that is further off is wrong: it is named, and not used. */
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
  const isWrong = () => Math.abs(skewMs()) >= NAMED_MS;
  const wallMs = () => (isWrong() ? now() : wallClock());

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
    const wrong = isWrong();
    if (wrong && !isNamed) logger.warn({ skewMs: skewMs() }, nameOf(skewMs()));
    isNamed = wrong;
  }

  const onFault = (err: unknown) => logger.debug({ err }, 'the database was not asked for its time, trying again');
  return {
    clock: { now, wallMs, skewMs },
    measure,
    service: { name: 'clock', run: (signal) => until(signal, measure, { everyMs, firstMs: everyMs, onFault }) },
    check: {
      name: 'clock',
      check: () => undefined,
      note: () => (isWrong() ? nameOf(skewMs()) : null),
    },
  };
}

function nameOf(skewMs: number): string {
  const direction = skewMs > 0 ? 'ahead of' : 'behind';
  return `the clock of this machine is ${Math.abs(Math.round(skewMs / 1_000))} s ${direction} the database's: set it by NTP`;
}
