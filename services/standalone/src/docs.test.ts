import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

const ROOT = resolve(__dirname, '../../..');
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const find = (pattern: string): string[] =>
  globSync(pattern, { cwd: ROOT, exclude: (path) => /(^|\/)(node_modules|dist)$/.test(String(path)) }).sort();

const { workspaces } = JSON.parse(read('package.json')) as { workspaces: string[] };
const packages = workspaces.flatMap((pattern) => find(`${pattern}/package.json`)).map(dirname);
const pages = [...find('*.md'), ...find('docs/**/*.md'), ...packages.map((folder) => `${folder}/README.md`)];

test.each(packages)('%s has a page of its own', (folder) => {
  expect(existsSync(join(ROOT, folder, 'README.md'))).toBe(true);
});

test.each(pages.filter((page) => existsSync(join(ROOT, page))))('%s links to what there is', (page) => {
  const links = [...read(page).matchAll(/\]\(([^)\s#]+)(?:#[^)]*)?\)/g)].map(([, link]) => link!);
  const local = links.filter((link) => !/^[a-z]+:/.test(link));
  expect(local.filter((link) => !existsSync(join(ROOT, dirname(page), link)))).toEqual([]);
});

test('the README says what each package is built on, and nothing else', () => {
  const rows = [...read('README.md').matchAll(/^\| \[([a-z/-]+)\]\(\1\) \|.*\|(.*)\|$/gm)];
  // Behind a semicolon it may say what it does not take from a library.
  const told = rows.map(([, folder, built]) => [folder, built!.split(';')[0]!.trim()]);
  const used = told.map(([folder]) => {
    const { dependencies = {} } = JSON.parse(read(`${folder}/package.json`)) as { dependencies?: object };
    const others = Object.keys(dependencies).filter((name) => !name.startsWith('@threadlog/'));
    return [folder, others.sort().join(', ')];
  });
  expect(told).toEqual(used);
  expect(told.map(([folder]) => folder)).toEqual(expect.arrayContaining(packages));
});
