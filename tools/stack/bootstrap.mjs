// Runs on whatever Node is on the path (20 or newer) before anything is installed: built-ins only.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { setInterval } from 'node:timers';
import { fileURLToPath } from 'node:url';
import { join, resolve } from 'node:path';

export const root = resolve(fileURLToPath(import.meta.url), '..', '..', '..');
const pinnedNode = join(root, 'node_modules', '.bin', 'node');

const fail = (message, code = 1) => {
  console.error(message);
  process.exit(code);
};

const run = (command, args, what) => {
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
  if (error) fail(`${what}: ${error.message}`);
  if (status !== 0) fail(`${what} failed.`, status ?? 1);
};

const lockFile = join(root, 'package-lock.json');
const stampFile = join(root, 'node_modules', '.installed-lock');
const lockHash = () => createHash('sha256').update(readFileSync(lockFile)).digest('hex');

/** By content where we installed it ourselves: a branch switched back and forth touches the lock and changes nothing. */
const isInstalled = () => {
  const record = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(pinnedNode) || !existsSync(record)) return false;
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === lockHash()) return true;
  return statSync(record).mtimeMs >= statSync(lockFile).mtimeMs;
};

const install = () => {
  console.error('Installing packages (npm ci, about a minute) ...');
  const npm = process.env.npm_execpath;
  const args = ['ci', '--no-audit', '--no-fund', '--loglevel=error'];
  if (npm?.endsWith('.js')) run(process.execPath, [npm, ...args], 'npm ci');
  else run('npm', args, 'npm ci');
  writeFileSync(stampFile, lockHash());
};

/** Makes sure that packages are installed as the lock file says. `SKIP_INSTALL=true` uses what there is. */
export const ensureInstalled = () => {
  if (Number(process.versions.node.split('.')[0]) < 20)
    fail(`Node ${process.versions.node} is too old: 20 or newer, please.`);
  if (isInstalled()) return;
  if (process.env.SKIP_INSTALL !== 'true') return install();
  if (!existsSync(pinnedNode)) fail('SKIP_INSTALL is set, but nothing is installed: run npm ci.');
};

/** Compiles what has changed since the last time. */
export const build = () => run(pinnedNode, [join(root, 'node_modules', 'typescript', 'bin', 'tsc'), '-b'], 'tsc -b');

const parentOf = (pid) => {
  try {
    if (process.platform === 'linux') {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
    }
    return Number(spawnSync('ps', ['-o', 'ppid=', '-p', String(pid)], { encoding: 'utf8' }).stdout) || 0;
  } catch {
    return 0;
  }
};

/**
 * Calls back when npm is gone. npm starts scripts through a shell and passes signals on, but nobody tells us when it is
 * killed with SIGKILL; so the two processes above are watched.
 */
const whenNpmEnds = (callback) => {
  if (!process.env.npm_lifecycle_event) return;
  const above = () => `${process.ppid} ${parentOf(process.ppid)}`;
  const before = above();
  setInterval(() => above() !== before && callback(), process.platform === 'linux' ? 250 : 2_000).unref();
};

/**
 * Runs a script on the pinned Node with our terminal, our signals and our exit code. The script has a channel to us: it
 * ends with this process, however that ends ('disconnect' on its side).
 */
export const runPinned = (script, args) => {
  const path = `${join(root, 'node_modules', '.bin')}:${process.env.PATH ?? ''}`;
  const child = spawn(pinnedNode, [script, ...args], {
    cwd: root,
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env: { ...process.env, PATH: path },
  });
  // Ctrl-C reaches the child by itself, from the terminal; here it must only not end us first.
  process.on('SIGINT', () => undefined);
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  whenNpmEnds(() => child.kill('SIGTERM'));
  child.once('error', (error) => fail(`${pinnedNode}: ${error.message}`));
  child.once('exit', (code, signal) => process.exit(code ?? 128 + (constants.signals[signal] ?? 0)));
};
