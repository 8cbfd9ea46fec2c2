import { openBench, type Bench } from '../bench';
import type { Pace } from '../driver/load';
import type { RowResult } from '../report/result';
import type { Row } from '../rows/row';
import type { System } from '../system/system';
import { median } from '../report/stats';

export interface PairedRun {
  /** The state before, and the one that is compared with it. */
  before: System;
  after: System;
  rows: readonly Row[];
  pace: Pace;
  signal: AbortSignal;
  onRow?: (row: Row, results: PairedRow | null) => void;
}

/** The same row on both systems. */
export interface PairedRow {
  before: RowResult;
  after: RowResult;
}

/** Which of the two has its turn: what drifts meanwhile, a busy machine above all, falls on both alike. */
const TURNS = ['before', 'after', 'after', 'before'] as const;

/**
 * Runs each row twice on each of two systems that are both up, by turns. A row that one of them cannot answer is tried
 * once there; its result says why.
 */
export async function runPaired({ rows, pace, signal, onRow, ...systems }: PairedRun): Promise<PairedRow[]> {
  const benches = {
    before: openBench({ system: systems.before, pace }),
    after: openBench({ system: systems.after, pace }),
  };
  const results: PairedRow[] = [];
  try {
    for (const bench of Object.values(benches)) if (!signal.aborted) await bench.warmUp();
    for (const row of rows) {
      if (signal.aborted) break;
      onRow?.(row, null);
      const pair = await runRow(row, benches);
      results.push(pair);
      onRow?.(row, pair);
    }
  } finally {
    for (const bench of Object.values(benches)) await bench.close();
  }
  return results;
}

async function runRow(row: Row, benches: Record<'before' | 'after', Bench>): Promise<PairedRow> {
  const taken: Record<'before' | 'after', RowResult[]> = { before: [], after: [] };
  for (const turn of TURNS) {
    if (taken[turn].some(({ errors }) => errors > 0)) continue;
    taken[turn].push(await benches[turn].run(row));
  }
  return { before: merge(taken.before), after: merge(taken.after) };
}

/** Figures are the mean of a row's two results; the first one with errors stands for both. */
export function merge(results: readonly RowResult[]): RowResult {
  const failed = results.find(({ errors }) => errors > 0);
  if (failed) return failed;
  const [first] = results;
  const figures = first!.figures.map((figure) => ({
    ...figure,
    value: median(results.map((each) => each.figures.find(({ name }) => name === figure.name)?.value ?? NaN)),
  }));
  return { ...first!, figures, samples: results.reduce((sum, { samples }) => sum + samples, 0) };
}
