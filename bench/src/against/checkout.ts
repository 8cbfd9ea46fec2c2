import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { standaloneScript } from '@threadlog/stack';
import { UsageError } from '../system/options';

/** Another state of this repository, built and ready to be started. */
export interface Checkout {
  /** The commit's first twelve digits. */
  commit: string;
  /** Its script with all roles. */
  script: string;
}

const root = resolve(__dirname, '..', '..', '..');
/** Kept for the next time; `git worktree remove` clears one. */
const folder = join(root, '.cache', 'against');

/**
 * Checks a commit out into a worktree of its own, with packages as its lock file says, and builds it. What was done by an
 * earlier run is used again.
 * @throws UsageError where git does not know the commit.
 */
export function prepareCheckout(ref: string, report: (line: string) => void): Checkout {
  const commit = resolveCommit(ref);
  const place = join(folder, commit);
  if (!existsSync(join(place, 'package.json'))) {
    run('git', ['worktree', 'prune'], root);
    run('git', ['worktree', 'add', '--quiet', '--detach', '--force', place, commit], root);
  }
  const node = join(place, 'node_modules', '.bin', 'node');
  if (!existsSync(node)) install(place, report);
  report(`Building ${commit} ...`);
  run(node, [join(place, 'node_modules', 'typescript', 'bin', 'tsc'), '-b'], place);
  return { commit, script: join(place, standaloneScript.slice(root.length + 1)) };
}

function resolveCommit(ref: string): string {
  try {
    const args = ['rev-parse', '--verify', '--short=12', '--end-of-options', `${ref}^{commit}`];
    return execFileSync('git', args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch (error) {
    throw new UsageError(`git knows no commit ${ref}.`, { cause: error });
  }
}

/** The packages of this checkout, as far as they are the same; those that are not come from the registry. */
function install(place: string, report: (line: string) => void): void {
  const lock = (of: string): string => readFileSync(join(of, 'package-lock.json'), 'utf8');
  if (lock(place) !== lock(root)) {
    report('Installing the packages of its lock file (npm ci, about a minute) ...');
    run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], place);
    return;
  }
  for (const each of ['.', ...workspaces(place)]) {
    const from = join(root, each, 'node_modules');
    // Copies, not links: what one of the two installs later must not change the other.
    if (existsSync(from)) run('cp', ['-a', from, join(place, each, 'node_modules')], place);
  }
}

function workspaces(place: string): string[] {
  const folders = ['libs', 'services', 'tools'].filter((each) => existsSync(join(place, each)));
  return [...folders.flatMap((each) => readdirSync(join(place, each)).map((name) => join(each, name))), 'bench'];
}

function run(command: string, args: string[], cwd: string): void {
  // What a compiler has to say of a commit that does not build belongs on the terminal.
  execFileSync(command, args, { cwd, stdio: ['ignore', process.stderr, 'inherit'] });
}
