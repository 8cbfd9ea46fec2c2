import type { FetchedRun } from './fence';

/** What a buffer tells where its runs come from. */
export interface FlowControl {
  pause(): void;
  resume(): void;
}

/** Runs fetched and not yet handled. Memory is bounded: at the limit the consumer pauses, at half of it it goes on. */
export interface RunBuffer {
  push(run: FetchedRun): void;
  first(): FetchedRun | undefined;
  /** The first runs, up to about so many bytes and no more than so many records; at least one of those there are. */
  ahead(most: { bytes: number; records: number }): FetchedRun[];
  /** Removes the first runs, once they are handled. */
  drop(count: number): void;
  /** Starts over with nothing, for who fetches from elsewhere now: nobody is told to go on. */
  reset(): void;
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
      let [sum, records, count] = [0, 0, 0];
      for (const run of runs) {
        if (count > 0 && (sum >= most.bytes || records + run.records.length > most.records)) break;
        sum += run.bytes;
        records += run.records.length;
        count += 1;
      }
      return runs.slice(0, count);
    },
    drop(count) {
      const gone = runs.splice(0, count);
      release(gone.reduce((sum, run) => sum + run.bytes, 0));
    },
    reset() {
      runs = [];
      bytes = 0;
      paused = false;
    },
  };
}
