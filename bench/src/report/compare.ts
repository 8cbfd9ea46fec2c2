import type { BenchResult, Figure } from './result';
import { formatValue, renderTable } from './table';

/** One figure in two runs. */
export interface Comparison {
  row: string;
  figure: string;
  unit: Figure['unit'];
  before: number;
  after: number;
  /** How many times as good as before: 2 is twice the rate or half the latency. */
  gain: number;
}

/** Changes within this part of the figure are noise on a machine that does other things too. */
const NOISE = 0.1;

/** The figures that both runs have and that were measured without errors, in the order of the newer one. */
export function compareResults(before: Pick<BenchResult, 'rows'>, after: Pick<BenchResult, 'rows'>): Comparison[] {
  return after.rows.flatMap(({ row, figures, errors }) => {
    const old = before.rows.find((candidate) => candidate.row === row);
    if (!old || old.errors > 0 || errors > 0) return [];
    return figures.flatMap(({ name, unit, value, better }) => {
      const known = old.figures.find((figure) => figure.name === name && figure.unit === unit);
      if (!known || !(known.value > 0) || !(value > 0)) return [];
      const gain = better === 'higher' ? value / known.value : known.value / value;
      return [{ row, figure: name, unit, before: known.value, after: value, gain }];
    });
  });
}

export function verdict(gain: number): 'better' | 'worse' | 'same' {
  if (gain > 1 + NOISE) return 'better';
  return gain < 1 / (1 + NOISE) ? 'worse' : 'same';
}

export function renderComparison(comparisons: readonly Comparison[]): string {
  return renderTable(
    ['row', 'figure', 'before', 'after', 'unit', 'times as good', ''],
    comparisons.map(({ row, figure, unit, before, after, gain }) => [
      row,
      figure,
      formatValue(before),
      formatValue(after),
      unit,
      gain.toFixed(2),
      verdict(gain),
    ]),
  );
}
