import { loadavg } from 'node:os';
import type { Pace } from '../driver/load';
import { formatFigure } from '../report/table';
import type { Row } from '../rows/row';
import { startOwnSystem } from '../system/ownSystem';
import { prepareCheckout } from './checkout';
import { renderPairs } from './report';
import { runPaired, type PairedRow } from './run';

export interface CompareOptions {
  ref: string;
  rows: readonly Row[];
  pace: Pace;
  signal: AbortSignal;
  report: (line: string) => void;
}

/**
 * Measures the service of a commit and the one of this checkout by turns, with this checkout's driver, and prints both.
 * Both have servers of their own. Resolves with the exit code: a row that fails here is a failure, one that the commit
 * lacks is not.
 */
export async function compareWithCommit({ ref, rows, pace, signal, report }: CompareOptions): Promise<number> {
  const { commit, script } = prepareCheckout(ref, report);
  report(`Starting ${commit} and this checkout, each with a Kafka and a Postgres ...`);
  const before = await startOwnSystem({ script, report });
  try {
    const after = await startOwnSystem({ report });
    try {
      const loadBefore = loadavg()[0]!;
      const pairs = await runPaired({
        before,
        after,
        rows,
        pace,
        signal,
        onRow: (row, pair) => show(report, row, pair),
      });
      console.log(`\nbefore: ${commit}\n${renderPairs(pairs)}`);
      console.log(`\nload ${loadBefore.toFixed(1)} before the run, ${loadavg()[0]!.toFixed(1)} after it`);
      if (signal.aborted) return 130;
      return pairs.some((pair) => pair.after.errors > 0) ? 1 : 0;
    } finally {
      await after.stop();
    }
  } finally {
    await before.stop();
  }
}

function show(report: (line: string) => void, { title }: Row, pair: PairedRow | null): void {
  if (!pair) return report(`${title} ...`);
  for (const side of ['before', 'after'] as const) {
    const { figures, problem } = pair[side];
    report(`  ${side.padEnd(6)} ${figures.map(formatFigure).join('   ')} ${problem ?? ''}`.trimEnd());
  }
}
