// A step of npm test: the package as it would be published. publint and attw look at its tarball, and size-limit weighs what a
// page loads of each entry, gzipped (the limits are in package.json).
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const home = join(dirname(fileURLToPath(import.meta.url)), '..');

/** What a tool says, and whether it complains. */
async function ask(program, args) {
  try {
    const { stdout } = await run(program, args, { cwd: home });
    return { ok: true, said: stdout };
  } catch (error) {
    return { ok: false, said: `${program}: ${error.message}\n${error.stdout ?? ''}${error.stderr ?? ''}` };
  }
}

const folder = await mkdtemp(join(tmpdir(), 'threadlog-client-'));
try {
  const { stdout } = await run('npm', ['pack', '--silent', '--pack-destination', folder], { cwd: home });
  const tarball = join(folder, stdout.trim());
  const answers = await Promise.all([
    ask('publint', ['run', tarball, '--strict']),
    // What loads modules as before Node 20.19 does not count: these are ES modules.
    ask('attw', [tarball, '--profile', 'esm-only', '--quiet']),
    ask('size-limit', []),
  ]);
  console.log(answers.map(({ said }) => said.trim()).join('\n\n'));
  process.exitCode = answers.every(({ ok }) => ok) ? 0 : 1;
} finally {
  await rm(folder, { recursive: true, force: true });
}
