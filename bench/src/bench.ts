import { cpus, loadavg, totalmem } from 'node:os';
import { createHttpDriver } from './driver/http';
import type { Pace } from './driver/load';
import type { BenchResult, RowResult } from './report/result';
import type { Row, RowContext } from './rows/row';
import { createStock, type Stock } from './stock/stock';
import { createMeter } from './system/meter';
import type { System } from './system/system';
import { createTenant } from './system/tokens';
import { busySeconds } from './system/usage';
import { warmUp } from './rows/warmUp';
import { createWorld } from './world';

export interface BenchRun {
  system: System;
  rows: readonly Row[];
  pace: Pace;
  /** Ends the run after the row in progress. */
  signal: AbortSignal;
  /** Told of each row as it begins, and of each as it ends. */
  onRow?: (row: Row, result: RowResult | null) => void | Promise<void>;
}

/** Runs the rows one after another. A row that cannot be measured says why in its result; the others go on. */
export async function runBench({ system, rows, pace, signal, onRow }: BenchRun): Promise<BenchResult> {
  const began = performance.now();
  const startedAt = new Date().toISOString();
  const loadBefore = loadavg()[0]!;
  const bench = openBench({ system, pace });
  const results: RowResult[] = [];
  try {
    if (!signal.aborted) await bench.warmUp();
    for (const row of rows) {
      if (signal.aborted) break;
      await onRow?.(row, null);
      const result = await bench.run(row);
      results.push(result);
      await onRow?.(row, result);
    }
  } finally {
    await bench.close();
  }
  const seconds = (performance.now() - began) / 1000;
  return { startedAt, seconds, machine: machine(), loadBefore, pace: pace.name, rows: results };
}

/** One system, ready for rows. */
export interface Bench {
  warmUp(): Promise<void>;
  /** Never rejects: a row that cannot be measured says why. */
  run(row: Row): Promise<RowResult>;
  close(): Promise<void>;
}

export function openBench({ system, pace }: Pick<BenchRun, 'system' | 'pace'>): Bench {
  const http = createHttpDriver(system.apiUrl);
  const tenant = createTenant('bench', system.tokens);
  let stock: Stock | undefined;
  const context: Omit<RowContext, 'meter'> = {
    system,
    pace,
    world: createWorld(http, tenant),
    stock() {
      if (!system.internals) throw new Error('needs a system of its own: not with --url');
      const { threads } = pace.stock;
      return (stock ??= createStock(system.internals, createTenant('stock', system.tokens), { threads }));
    },
  };
  return {
    // Where this fails the rows will, too, and say so.
    warmUp: () => warmUp(context).catch(() => undefined),
    run: (row) => runRow(row, context),
    close: () => http.close(),
  };
}

async function runRow(row: Row, context: Omit<RowContext, 'meter'>): Promise<RowResult> {
  const { name, title } = row;
  const measureCores = startCores(context.system);
  const meter = createMeter(context.system);
  try {
    const measures = await row.run({ ...context, meter });
    const figures = [...measures.figures, ...meter.figures()];
    return { row: name, title, ...measures, figures, cores: measureCores() };
  } catch (error) {
    const problem = (error as Error).message;
    return { row: name, title, figures: [], samples: 0, errors: 1, problem, cores: measureCores() };
  }
}

/** Processor time is counted in hundredths of a second: below this a share of it means nothing. */
const SHORTEST_SECONDS = 0.5;

/**
 * The returned function tells the cores that each process has used since, and `others` all that is not part of the
 * system: where that is not next to nothing, figures are not worth much. Empty for a system that is not ours.
 */
function startCores({ internals }: System): () => Record<string, number> {
  if (!internals) return () => ({});
  const processes = internals.processes();
  const used = (): number[] => processes.map(({ usage }) => usage()?.cpuSeconds ?? NaN);
  const [before, busyBefore, began] = [used(), busySeconds(), performance.now()];
  return () => {
    const elapsed = (performance.now() - began) / 1000;
    if (elapsed < SHORTEST_SECONDS) return {};
    const cores = used().map((after, at) => (after - before[at]!) / elapsed);
    const ours = cores.reduce((sum, each) => sum + each, 0);
    const others = Math.max(0, (busySeconds() - busyBefore) / elapsed - ours);
    return { ...Object.fromEntries(cores.map((each, at) => [processes[at]!.name, each])), others };
  };
}

function machine(): BenchResult['machine'] {
  const all = cpus();
  return {
    cpus: all.length,
    model: all[0]?.model.trim() ?? 'unknown',
    memoryMb: Math.round(totalmem() / (1024 * 1024)),
    platform: `${process.platform} ${process.arch}`,
    node: `Node ${process.version}`,
  };
}
