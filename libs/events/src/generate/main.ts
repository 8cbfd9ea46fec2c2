import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { allSchemas } from './eventSchemas';
import { outputs } from './outputs';
import { formerRevisions, incompatibleWith } from './revisions';

/**
 * Writes the schemas, the AsyncAPI document and the catalogue page. With `--check` it writes nothing and fails where
 * the files differ. Either way it fails first on a schema that is incompatible with a committed revision of the same
 * version: those on disk, those of the commits named by `--against REF …`, or of HEAD and its parent.
 */
const ROOT = resolve(__dirname, '../../../..');
const args = process.argv.slice(2);
const check = args.includes('--check');
const named = args.slice(args.indexOf('--against') + 1).filter((arg) => !arg.startsWith('--'));
const revisions = args.includes('--against') ? named : ['HEAD', 'HEAD~1'];

const schemas = allSchemas();
const faults = [...incompatible(), ...(check ? differences() : [])];
if (faults.length > 0) {
  console.error(faults.join('\n'));
  process.exitCode = 1;
} else if (!check) {
  for (const [path, text] of outputs()) write(path, text);
}

function differences(): string[] {
  return [...outputs()]
    .filter(([path, text]) => !existsSync(join(ROOT, path)) || readFileSync(join(ROOT, path), 'utf8') !== text)
    .map(([path]) => `${path} is not what the catalogue says: run \`npm run generate\` and commit it`);
}

function incompatible(): string[] {
  const faults = [...schemas].flatMap(([path, current]) => {
    const file = `schemas/${path}`;
    return formerRevisions(ROOT, file, revisions).flatMap((former) => incompatibleWith(former, current, file));
  });
  return [...faults, ...removed()];
}

/** Versions are for ever: the schema of an event that was ever written stays, and so does its type. */
function removed(): string[] {
  const directory = join(ROOT, 'schemas/events');
  const types = new Set([...schemas.keys()].map((path) => typeOf(path)));
  const files = existsSync(directory) ? readdirSync(directory) : [];
  return files.filter((file) => !types.has(typeOf(file))).map((file) => `schemas/events/${file}: its type is gone`);
}

function typeOf(path: string): string {
  return path.replace(/^.*\//, '').replace(/\.v\d+\.json$/, '');
}

function write(path: string, text: string): void {
  mkdirSync(dirname(join(ROOT, path)), { recursive: true });
  writeFileSync(join(ROOT, path), text);
}
