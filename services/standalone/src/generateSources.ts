import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { sourcesPage } from './sourcesPage';

/** Writes `docs/sources.md`. With `--check` it writes nothing and fails where the page differs. */
const ROOT = resolve(__dirname, '../../..');
const FILE = 'docs/sources.md';
const path = join(ROOT, FILE);
const text = sourcesPage(ROOT);

if (!process.argv.includes('--check')) {
  writeFileSync(path, text);
} else if (!existsSync(path) || readFileSync(path, 'utf8') !== text) {
  process.stderr.write(`${FILE} is not what the sources say: run \`npm run generate\` and commit it\n`);
  process.exitCode = 1;
}
