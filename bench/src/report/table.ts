import type { BenchResult, Figure, RowResult } from './result';

/** Columns padded to the widest cell; the first one to the left, the others to the right. */
export function renderTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [header, ...rows];
  const widths = header.map((_cell, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  const pad = (cell: string, column: number): string =>
    column === 0 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!);
  const rule = widths.map((width) => '-'.repeat(width)).join('  ');
  const [top, ...rest] = lines.map((line) => line.map(pad).join('  ').trimEnd());
  return [top, rule, ...rest].join('\n');
}

/** Three significant digits for small values, whole numbers for large ones. */
export function formatValue(value: number): string {
  if (!Number.isFinite(value)) return '-';
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString('en-US');
  return Math.abs(value) >= 10 ? value.toFixed(1) : value.toFixed(2);
}

export function formatFigure({ name, value, unit }: Figure): string {
  return `${name} ${formatValue(value)}${unit === '1/s' ? '/s' : ` ${unit}`}`;
}

function figuresOf(row: RowResult): string {
  const figures = row.figures.map(formatFigure).join('   ');
  if (!row.problem) return figures;
  return [figures, `FAILED (${row.errors} errors): ${row.problem}`].filter(Boolean).join('   ');
}

function coresOf({ cores }: RowResult): string {
  return Object.entries(cores)
    .map(([name, used]) => `${name} ${used.toFixed(2)}`)
    .join('  ');
}

/** The run as people read it. */
export function renderResult({ rows, machine, loadBefore, seconds }: BenchResult): string {
  const lines = rows.map((row) => [row.title, figuresOf(row), coresOf(row)]);
  const widest = Math.max(...lines.map(([title]) => title!.length));
  const wide = Math.max(...lines.map(([, figures]) => figures!.length));
  return [
    ...lines.map(([title, figures, cores]) =>
      `${title!.padEnd(widest)}  ${figures!.padEnd(wide)}  ${cores ? `| cores: ${cores}` : ''}`.trimEnd(),
    ),
    '',
    `${machine.cpus} x ${machine.model}, ${machine.node}, load ${loadBefore.toFixed(1)} before the run, ${seconds.toFixed(0)} s`,
  ].join('\n');
}
