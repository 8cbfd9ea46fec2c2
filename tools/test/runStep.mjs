// Runs one step of a plan and says how it went.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../stack/bootstrap.mjs';

const STATIC_TIMEOUT_MS = 10 * 60_000;
const bin = join(root, 'node_modules', '.bin');
/** Where reports of the runs are. */
export const reports = join(root, '.cache', 'test');

/** Whether the program ended well. What it says is shown as it comes, or handed to `say` when it has ended. */
const run = ([program, ...args], { env = {}, say, timeoutMs = STATIC_TIMEOUT_MS }) =>
  new Promise((done) => {
    // Tests start our processes some hundred times: each would compile the same modules again.
    const NODE_COMPILE_CACHE = process.env.NODE_COMPILE_CACHE ?? join(root, '.cache', 'compile');
    const child = spawn(join(bin, program), args, {
      cwd: root,
      env: { ...process.env, NODE_COMPILE_CACHE, ...env, PATH: `${bin}:${process.env.PATH ?? ''}` },
      stdio: say ? ['ignore', 'pipe', 'pipe'] : ['ignore', 'inherit', 'inherit'],
    });
    // Not the option of spawn: where there is no such program, its timer would keep this process until it ends.
    const timer = setTimeout(() => child.kill('SIGTERM'), timeoutMs);
    const end = (ok) => {
      clearTimeout(timer);
      done(ok);
    };
    let said = '';
    for (const stream of [child.stdout, child.stderr]) stream?.setEncoding('utf8').on('data', (text) => (said += text));
    child.on('error', (error) => {
      (say ?? console.log)(`${said}${program}: ${error.message}\n`);
      end(false);
    });
    child.on('close', (status) => {
      say?.(said);
      end(status === 0);
    });
  });

const runStatic = async ({ name, command, needs, counts = true }) => {
  if (needs && !existsSync(join(root, needs))) return { skipped: `${needs} is not there` };
  const ok = await run(command, { say: (said) => console.log(`\n== ${name}\n${said.trimEnd()}`) });
  return ok ? { passed: counts ? 1 : 0, failed: 0 } : { passed: 0, failed: 1 };
};

/** Counts from Jest's own report. A file that does not even load is a failure, and so is a run without a test. */
const runJest = async ({ name, project, workers, timeoutMs }, length) => {
  console.log(`\n== ${name}`);
  const report = join(reports, `${length}.${project}.json`);
  rmSync(report, { force: true });
  const selected = ['--selectProjects', project, '--maxWorkers', String(workers)];
  const ok = await run(['jest', ...selected, '--json', '--outputFile', report], {
    env: { TEST_LENGTH: length },
    timeoutMs,
  });
  if (!existsSync(report)) return { passed: 0, failed: 1 };
  const { numPassedTests, numFailedTests, numRuntimeErrorTestSuites } = JSON.parse(readFileSync(report, 'utf8'));
  const failed = numFailedTests + numRuntimeErrorTestSuites;
  const silentFailure = failed === 0 && (!ok || numPassedTests === 0);
  return { passed: numPassedTests, failed: failed + (silentFailure ? 1 : 0) };
};

/** Runs a step of a plan of this length. */
export const runStep = async (step, length) => {
  const began = Date.now();
  const result = await (step.project ? runJest(step, length) : runStatic(step));
  return { name: step.name, seconds: (Date.now() - began) / 1000, ...result };
};
