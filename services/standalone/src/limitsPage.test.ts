import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const DOCS = resolve(__dirname, '../../../docs');

/** `| what | 4,096 | `NAME` in [file.ts](path) |`; the number is the first one of its cell. */
const ROW = /^\| (.+) \| ([\d,]+)[^|]* \| `(\w+)` in \[[^\]]+\]\(([^)]+)\) \|$/gm;

const page = readFileSync(join(DOCS, 'limits.md'), 'utf8');
const rows = [...page.matchAll(ROW)].map(([, what, limit, name, path]) => ({
  what: what!,
  limit: Number(limit!.replaceAll(',', '')),
  name: name!,
  path: path!,
}));

/** The numbers that a name is given: as a constant, up to its end, or as a field, up to the next one. */
function numbersOf(source: string, name: string): number[] {
  const constant = new RegExp(`\\b${name}(?:: \\w+)? = ([^;]+)`, 'g');
  const field = new RegExp(`\\b${name}: ((?:\\([^)]*\\)|[^,;\\n}(]|\\n\\s+\\.)+)`, 'g');
  const values = [constant, field].flatMap((form) => [...source.matchAll(form)].map(([, value]) => value!));
  return values.flatMap((value) => value.match(/\d[\d_]*/g) ?? []).map((text) => Number(text.replaceAll('_', '')));
}

test('has a row of this form for every line of its tables', () => {
  const lines = page.split('\n').filter((line) => /^\| (?!what|---)/.test(line));
  expect(rows).toHaveLength(lines.length);
});

test.each(rows)('$what: $limit', ({ limit, name, path }) => {
  expect(numbersOf(readFileSync(join(DOCS, path), 'utf8'), name)).toContain(limit);
});
