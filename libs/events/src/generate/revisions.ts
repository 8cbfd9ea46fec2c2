import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { incompatibilities, type Break } from './compatibility';
import type { JsonSchema } from './jsonSchema';

/** A schema as it once stood: where, and what it said. */
export interface Revision {
  name: string;
  schema: JsonSchema;
}

/** The former revisions of a schema file: the one on disk, and those of the named commits that have it. */
export function formerRevisions(root: string, file: string, commits: readonly string[]): Revision[] {
  const onDisk = existsSync(join(root, file)) ? readFileSync(join(root, file), 'utf8') : undefined;
  const texts = [['the file on disk', onDisk], ...commits.map((commit) => [commit, show(root, commit, file)])];
  return texts
    .filter((entry): entry is [string, string] => entry[1] !== undefined)
    .map(([name, text]) => ({ name, schema: JSON.parse(text) as JsonSchema }));
}

/** A file as of a commit; undefined where it, the commit or git itself is not there. */
function show(root: string, commit: string, file: string): string | undefined {
  try {
    return execFileSync('git', ['show', `${commit}:${file}`], { cwd: root, encoding: 'utf8', stdio: 'pipe' });
  } catch {
    return undefined;
  }
}

/** Every way in which the current schema of a version disagrees with a former one, a line each. */
export function incompatibleWith(former: Revision, current: JsonSchema, file: string): string[] {
  const { backward, forward } = incompatibilities(former.schema, current);
  const line = (readers: string) => (fault: Break) => `${file} at ${fault.path || '/'}: ${fault.reason} (${readers})`;
  return [
    ...backward.map(line(`readers of today, records of ${former.name}`)),
    ...forward.map(line(`readers of ${former.name}, records of today`)),
  ];
}
