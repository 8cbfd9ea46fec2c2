import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { StackError, stopRequested } from '@threadlog/stack';
import { compareWithCommit } from './against';
import { runBench } from './bench';
import { parseBenchOptions, usage, type BenchOptions } from './options';
import { createRowProfiler } from './profile/profileRows';
import { compareResults, renderComparison } from './report/compare';
import type { BenchResult, RowResult } from './report/result';
import { formatFigure, renderResult } from './report/table';
import { ROWS } from './rows';
import type { Row } from './rows/row';
import { openSystem } from './system/open';
import { UsageError } from './system/options';

const resultsDir = resolve(__dirname, '..', 'results');
const report = (line: string): void => console.error(line);

function showRow({ title }: Row, result: RowResult | null): void {
  if (!result) report(`${title} ...`);
  else report(`  ${result.figures.map(formatFigure).join('   ')} ${result.problem ?? ''}`.trimEnd());
}

function writeResult(result: BenchResult, { json }: BenchOptions): void {
  const file = json ?? join(resultsDir, `${result.startedAt.replace(/[:.]/g, '-')}.json`);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(result, null, 2)}\n`);
  report(`\nWritten to ${file}`);
}

function rowsOf({ only }: BenchOptions): Row[] {
  return ROWS.filter(({ name }) => only.length === 0 || only.includes(name));
}

async function bench(options: BenchOptions): Promise<number> {
  const earlier = options.compare && (JSON.parse(readFileSync(options.compare, 'utf8')) as BenchResult);
  const signal = stopRequested(report);
  const rows = rowsOf(options);
  const { given, brokers, profile } = options;
  const system = await openSystem({ given, brokers, inspect: profile !== null, report });
  const inspectPort = system.internals?.inspectPort;
  try {
    const profiler = inspectPort && options.profile ? await createRowProfiler(inspectPort, options.profile) : null;
    const onRow = async (row: Row, result: RowResult | null): Promise<void> => {
      showRow(row, result);
      await profiler?.onRow(row, result);
    };
    const stopped = once(signal, 'abort').then(() => null);
    const result = await Promise.race([runBench({ system, rows, pace: options.pace, signal, onRow }), stopped]);
    profiler?.close();
    if (!result || signal.aborted) return 130;
    console.log(`\n${renderResult(result)}`);
    writeResult(result, options);
    if (earlier) console.log(`\n${renderComparison(compareResults(earlier, result))}`);
    return result.rows.some(({ errors }) => errors > 0) ? 1 : 0;
  } finally {
    await system.stop();
  }
}

async function main(): Promise<number> {
  try {
    const options = parseBenchOptions(process.argv.slice(2));
    const { against, pace } = options;
    if (against === null) return await bench(options);
    return await compareWithCommit({
      ref: against,
      rows: rowsOf(options),
      pace,
      signal: stopRequested(report),
      report,
    });
  } catch (error) {
    if (error instanceof UsageError) console.error(`${error.message}\n\n${usage}`);
    else console.error(error instanceof StackError ? error.message : error);
    return error instanceof UsageError ? 64 : 1;
  }
}

void main().then((code) => process.exit(code));
