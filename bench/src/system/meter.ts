import { milliseconds, type Figure } from '../report/result';
import type { System } from './system';

/** Tells what the operations of a row cost the system: its processes' time, and what waits in the service's loop. */
export interface Meter {
  /** Begins to count. A row may count several times: its figures are those of all of them together. */
  start(): Promise<void>;
  /** Ends what `start` began; `operations` were carried out meanwhile. */
  stop(operations: number): Promise<void>;
}

/** A meter and what it found: nothing where the system is not ours or nothing was counted. */
export interface RowMeter extends Meter {
  figures(): Figure[];
}

/** The driver is not part of what is measured. */
const DRIVER = 'driver';
/** Two looks at a process differ by hundredths of a second: less than this for each says nothing. */
const LEAST_SECONDS = 0.05;
/** Comparing asks for figures above zero. */
const LEAST_DELAY_MS = 0.001;

/**
 * Processor time of each process of the system for one operation, in microseconds, and the delay of the service's event
 * loop above the least there is, in milliseconds: how late a turn begins because others are under way.
 */
export function createMeter({ internals }: Pick<System, 'internals'>): RowMeter {
  if (!internals) return { start: async () => {}, stop: async () => {}, figures: () => [] };
  const processes = internals.processes().filter(({ name }) => name !== DRIVER);
  const used = (): number[] => processes.map(({ usage }) => usage()?.cpuSeconds ?? NaN);
  const seconds = processes.map(() => 0);
  const loops: LoopDelay[] = [];
  let before: number[] = [];
  let operations = 0;

  return {
    async start() {
      // Each look begins a new count in the service.
      await internals.serviceMetrics();
      before = used();
    },
    async stop(count) {
      used().forEach((after, at) => (seconds[at]! += after - before[at]!));
      operations += count;
      const loop = loopDelayOf(await internals.serviceMetrics());
      if (loop) loops.push(loop);
    },
    figures() {
      if (operations === 0) return [];
      const costs = processes.flatMap(({ name }, at) =>
        seconds[at]! >= LEAST_SECONDS ? [microseconds(`${name} CPU`, (seconds[at]! * 1e6) / operations)] : [],
      );
      const worst = (of: (loop: LoopDelay) => number): number => Math.max(...loops.map(of));
      if (loops.length === 0) return costs;
      return [
        ...costs,
        milliseconds(
          'loop p50',
          worst(({ p50 }) => p50),
        ),
        milliseconds(
          'loop p99',
          worst(({ p99 }) => p99),
        ),
      ];
    },
  };
}

function microseconds(name: string, value: number): Figure {
  return { name, value, unit: 'us', better: 'lower' };
}

/** In milliseconds, above the least delay, which is that of the timer that measures it. */
export interface LoopDelay {
  p50: number;
  p99: number;
}

/** From the service's metrics; null where they do not tell. */
export function loopDelayOf(metrics: string): LoopDelay | null {
  const seconds = (name: string): number =>
    Number(new RegExp(`^nodejs_eventloop_lag_${name}_seconds(?:\\{[^}]*\\})? (\\S+)$`, 'm').exec(metrics)?.[1]);
  const [least, p50, p99] = [seconds('min'), seconds('p50'), seconds('p99')];
  if (![least, p50, p99].every(Number.isFinite)) return null;
  const above = (value: number): number => Math.max((value - least!) * 1000, LEAST_DELAY_MS);
  return { p50: above(p50!), p99: above(p99!) };
}
