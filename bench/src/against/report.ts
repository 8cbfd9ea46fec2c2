import { compareResults, verdict } from '../report/compare';
import { formatValue, renderTable } from '../report/table';
import type { PairedRow } from './run';

/** A line for each figure that both have; rows that one of them lacks say so. */
export function renderPairs(pairs: readonly PairedRow[]): string {
  return renderTable(
    ['row', 'figure', 'before', 'after', 'unit', 'times as good', ''],
    pairs.flatMap(({ before, after }) => {
      const lines = compareResults({ rows: [before] }, { rows: [after] }).map(
        ({ row, figure, unit, before: was, after: is, gain }) => [
          row,
          figure,
          formatValue(was),
          formatValue(is),
          unit,
          gain.toFixed(2),
          verdict(gain),
        ],
      );
      return lines.length > 0 ? lines : [lacking(before, after)];
    }),
  );
}

const SHOWN = 60;

/** What an older state answers to what it does not know is 404. */
function lacking(before: PairedRow['before'], after: PairedRow['after']): string[] {
  const problem = before.problem ?? after.problem ?? 'no figure in common';
  const where = before.errors > 0 ? 'before' : 'after';
  const what = problem.startsWith('answered 404') ? `not there ${where}` : `${where}: ${problem.slice(0, SHOWN)}`;
  const figures = [before, after].map(({ errors, figures: of }) =>
    errors > 0 || !of[0] ? '-' : `${of[0].name} ${formatValue(of[0].value)}`,
  );
  return [after.row, '', ...figures, '', '', what];
}
