import { setTimeout as delay } from 'node:timers/promises';
import { median, percentile, sorted, type Sorted } from '../report/stats';
import { milliseconds, perSecond, type Figure } from '../report/result';
import type { Meter } from '../system/meter';

/** How long a row is measured. Figures are medians of the rounds. */
export interface Pace {
  name: string;
  /** Load before the first row. */
  systemWarmUp: WarmUp;
  /** Of each row. */
  warmUpMs: number;
  roundMs: number;
  rounds: number;
  /** Fewest events that the log must hold before replaying it is timed. */
  replayEvents: number;
  /** Messages whose bytes are counted. */
  countedMessages: number;
  /** Size of the tenant whose lists are read, and of the one that is searched. */
  stock: StockSize;
  /** Of the row with many sockets. */
  crowd: CrowdSize;
}

/** Compilers of two virtual machines must have seen the hot paths, which takes a slow machine minutes. */
export interface WarmUp {
  sliceMs: number;
  /** Most slices; fewer where the system gets no faster. */
  slices: number;
}

export interface StockSize {
  threads: number;
  /** In all threads together. */
  messages: number;
  searchedMessages: number;
  /** Of one person, in a tenant of its own. */
  exportedMessages: number;
}

export interface CrowdSize {
  sockets: number;
  /** Those of them that stop reading. All of them are in the large room. */
  slow: number;
  /** Sockets in the large room; the others are in rooms of fifty. */
  room: number;
}

const FULL_STOCK: StockSize = {
  threads: 2_000,
  messages: 100_000,
  searchedMessages: 200_000,
  exportedMessages: 200_000,
};
const SMALL_STOCK: StockSize = { threads: 400, messages: 8_000, searchedMessages: 16_000, exportedMessages: 16_000 };
const FULL_CROWD: CrowdSize = { sockets: 2_000, slow: 200, room: 1_000 };
const SMALL_CROWD: CrowdSize = { sockets: 200, slow: 20, room: 100 };

export const PACES = {
  normal: {
    name: 'normal',
    systemWarmUp: { sliceMs: 10_000, slices: 15 },
    warmUpMs: 2_500,
    roundMs: 3_000,
    rounds: 3,
    replayEvents: 50_000,
    countedMessages: 10_000,
    stock: FULL_STOCK,
    crowd: FULL_CROWD,
  },
  quick: {
    name: 'quick',
    systemWarmUp: { sliceMs: 2_000, slices: 2 },
    warmUpMs: 700,
    roundMs: 1_200,
    rounds: 1,
    replayEvents: 10_000,
    countedMessages: 2_000,
    stock: SMALL_STOCK,
    crowd: SMALL_CROWD,
  },
} as const satisfies Record<string, Pace>;

export interface LoadOptions {
  /** Requests in flight: each worker has one, and sends the next when it is answered. */
  workers: number;
  pace: Pace;
  /** One unit of work; returns what it took, in milliseconds, where that is not the time of the whole step. */
  step(worker: number): Promise<number | void>;
  /** Counts what the steps of the rounds cost; without one, or where others are at work too, nothing does. */
  meter?: Meter | undefined;
}

export interface Round {
  milliseconds: number;
  latencies: Sorted;
}

export interface Measured {
  rounds: Round[];
  samples: number;
  errors: number;
  problem?: string;
}

/** A system that answers nothing right is not worth waiting for. */
const MAX_ERRORS = 200;
const ERROR_PAUSE_MS = 20;
const LONGEST_ROUND_MS = 10_000;

/**
 * Runs a closed loop: warms up, then measures rounds without stopping in between, so that nothing can catch its breath.
 * Steps that reject are counted and left out of the latencies.
 */
export async function runLoad({ workers, pace, step, meter }: LoadOptions): Promise<Measured> {
  let sink: number[] | null = null;
  let errors = 0;
  let problem: string | undefined;
  const stop = new AbortController();

  async function attempt(worker: number): Promise<void> {
    const began = performance.now();
    try {
      const took = (await step(worker)) ?? performance.now() - began;
      sink?.push(took);
    } catch (error) {
      errors += 1;
      problem ??= (error as Error).message;
      if (errors >= MAX_ERRORS) stop.abort();
      await delay(ERROR_PAUSE_MS);
    }
  }
  const work = Promise.all(
    Array.from({ length: workers }, async (_none, worker) => {
      while (!stop.signal.aborted) await attempt(worker);
    }),
  );
  await pause(pace.warmUpMs, stop.signal);
  await meter?.start();
  const rounds: Round[] = [];
  for (let round = 0; round < pace.rounds && !stop.signal.aborted; round++) {
    const latencies: number[] = (sink = []);
    const began = performance.now();
    await pauseRound(pace.roundMs, stop.signal, () => latencies.length > 0);
    sink = null;
    rounds.push({ milliseconds: performance.now() - began, latencies: sorted(latencies) });
  }
  const samples = rounds.reduce((sum, { latencies }) => sum + latencies.length, 0);
  await meter?.stop(samples);
  stop.abort();
  await work;
  return { rounds, samples, errors, problem };
}

/** Ends early when the signal aborts. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return delay(ms, undefined, { signal }).catch(() => undefined);
}

/** A round goes on until something was measured, on a machine too busy for its length; ten seconds at most. */
export async function pauseRound(ms: number, signal: AbortSignal, isMeasured: () => boolean): Promise<void> {
  const deadline = performance.now() + LONGEST_ROUND_MS;
  await pause(ms, signal);
  while (!isMeasured() && !signal.aborted && performance.now() < deadline) await pause(ms, signal);
}

/** The median over the rounds of a percentile of each. */
export function latency({ rounds }: Measured, percent: number, name = `p${percent}`): Figure {
  return milliseconds(name, median(rounds.map((round) => percentile(round.latencies, percent))));
}

/** The median over the rounds of the steps completed in a second. */
export function rate({ rounds }: Measured, name: string): Figure {
  return perSecond(name, median(rounds.map((round) => (round.latencies.length * 1000) / round.milliseconds)));
}
