import { Presets, SingleBar } from 'cli-progress';
import type { CommandContext } from './context';

/** Says how far something is that is measured in so many of something. */
export interface Progress {
  /** The total may grow while it is worked on. */
  update(done: number, total: number): void;
  stop(): void;
}

const FORMAT = '{bar} {percentage}% | {value} of {total} {what} | {rate}/s | ETA {eta_formatted}';
const LINE_EVERY_MS = 5_000;

/** A bar with rate and ETA where somebody sits at a terminal; elsewhere a line now and then. */
export function createProgress({ terminal, report }: CommandContext, what: string): Progress {
  return terminal ? barOn(terminal, what) : linesTo(report, what);
}

function barOn(stream: NodeJS.WriteStream, what: string): Progress {
  const bar = new SingleBar({ stream, format: FORMAT, etaBuffer: 20, hideCursor: true }, Presets.shades_classic);
  const rateOf = createRate();
  let begun = false;
  return {
    update(done, total) {
      const payload = { what, rate: rateOf(done) };
      if (!begun) bar.start(total, done, payload);
      begun = true;
      bar.setTotal(total);
      bar.update(done, payload);
    },
    stop: () => bar.stop(),
  };
}

function linesTo(report: (line: string) => void, what: string): Progress {
  const rateOf = createRate();
  let toldAt = -Infinity;
  return {
    update(done, total) {
      const now = performance.now();
      if (done < total && now - toldAt < LINE_EVERY_MS) return;
      toldAt = now;
      const percentage = total === 0 ? 100 : Math.floor((done / total) * 100);
      report(`${percentage}%: ${done} of ${total} ${what}, ${rateOf(done)}/s`);
    },
    stop: () => undefined,
  };
}

/** Per second, since the first look. */
function createRate(): (done: number) => number {
  let first: { done: number; at: number } | undefined;
  return (done) => {
    first ??= { done, at: performance.now() };
    const seconds = (performance.now() - first.at) / 1_000;
    return seconds === 0 ? 0 : Math.round((done - first.done) / seconds);
  };
}
