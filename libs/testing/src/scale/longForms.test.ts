import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(__dirname, '../../../..');
const longForms = jest.requireActual<(paths: string[]) => { filtered: string[] }>('../../jest/longForms.js');

const sources = (pattern: string): string[] =>
  globSync(`{libs,services,tools,bench,e2e}/**/${pattern}`, {
    cwd: ROOT,
    exclude: (path) => path.includes('node_modules') || path.includes('dist'),
  }).map((path) => join(ROOT, path));

const filesIn = (text: string): string[] =>
  [...text.matchAll(/^\| \[[^\]]+\]\(([^)]+\.test\.ts)\)/gm)].map(([, path]) => path!);

test('CONTRIBUTING lists the test files that have a long form, and no others', () => {
  const { filtered } = longForms(sources('*.test.ts'));
  const listed = filesIn(readFileSync(join(ROOT, 'CONTRIBUTING.md'), 'utf8')).map((path) => join(ROOT, path));
  expect(listed.length).toBeGreaterThan(0);
  expect(filtered.toSorted()).toEqual(listed.toSorted());
});

test('what has two forms says so in its test file, where the long run looks for it', () => {
  const elsewhere = longForms(sources('*.ts')).filtered.filter((path) => !path.endsWith('.test.ts'));
  expect(elsewhere).toEqual([]);
});
