import type { FetchedRun } from './fence';

/** What a buffer tells its consumer. */
export interface FlowControl {
  pause(): void;
  resume(): void;
}

/** Runs fetched and not yet handled. Memory is bounded: at the limit the consumer pauses, at half of it it goes on. */
export interface RunBuffer {
  push(run: FetchedRun): void;
  first(): FetchedRun | undefined;
  /** The first runs, as many as are about `bytes` together and at least one of those there are. */
  ahead(bytes: number): FetchedRun[];
  /** Removes the first run, once it is handled. */
  shift(): void;
  clear(): void;
}

/** A buffer of about `limit` bytes; the run that crosses the limit is still taken. */
export function createRunBuffer(limit: number, flow: FlowControl): RunBuffer {
  let runs: FetchedRun[] = [];
  let bytes = 0;
  let paused = false;

  function release(freed: number): void {
    bytes -= freed;
    if (!paused || bytes > limit / 2) return;
    paused = false;
    flow.resume();
  }

  return {
    push(run) {
      runs.push(run);
      bytes += run.bytes;
      if (paused || bytes < limit) return;
      paused = true;
      flow.pause();
    },
    first: () => runs[0],
    ahead(most) {
      let sum = 0;
      const end = runs.findIndex((run) => (sum += run.bytes) >= most);
      return end < 0 ? [...runs] : runs.slice(0, end + 1);
    },
    shift() {
      const run = runs.shift();
      if (run) release(run.bytes);
    },
    clear() {
      runs = [];
      release(bytes);
    },
  };
}
