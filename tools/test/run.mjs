// npm test: every check there is, in the order of what fails fastest, and one line at the end that adds them up.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { ensureInstalled, root } from '../stack/bootstrap.mjs';

const stepTimeoutMs = 40 * 60_000;
const bin = join(root, 'node_modules', '.bin');
const reports = join(root, '.cache', 'test');
const generator = 'libs/events/dist/generate/main.js';
const openApi = 'services/standalone/dist/generateOpenApi.js';
const cores = availableParallelism();

/** Real servers take their share of the cores, so fewer workers than cores where there are many. */
const intWorkers = Math.min(4, Math.max(2, Math.floor(cores / 2)));

const staticSteps = [
  { name: 'format', command: ['prettier', '--check', '--log-level', 'warn', '.'] },
  { name: 'build', command: ['tsc', '-b'] },
  { name: 'types of tests', command: ['tsc', '-p', 'tsconfig.test.json'] },
  { name: 'lint', command: ['eslint', '--max-warnings', '0', '.'] },
  { name: 'generated files', command: ['node', generator, '--check'], needs: generator },
  { name: 'OpenAPI document', command: ['node', openApi, '--check'], needs: openApi },
];
const jestSteps = [
  { name: 'unit tests', project: 'unit', workers: cores },
  { name: 'integration tests', project: 'int', workers: intWorkers },
];

const run = ([program, ...args]) => {
  // Tests start our processes some hundred times: each would compile the same modules again.
  const NODE_COMPILE_CACHE = process.env.NODE_COMPILE_CACHE ?? join(root, '.cache', 'compile');
  const env = { ...process.env, NODE_COMPILE_CACHE, PATH: `${bin}:${process.env.PATH ?? ''}` };
  const options = {
    cwd: root,
    env,
    stdio: ['ignore', 'inherit', 'inherit'],
    timeout: stepTimeoutMs,
    killSignal: 'SIGTERM',
  };
  const { status, error } = spawnSync(join(bin, program), args, options);
  if (error) console.log(`${program}: ${error.message}`);
  return status === 0;
};

const runStatic = ({ command, needs }) => {
  if (needs && !existsSync(join(root, needs))) return { skipped: `${needs} is not there` };
  return run(command) ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
};

/** Counts from Jest's own report. A file that does not even load is a failure, and so is a run without a test. */
const runJest = ({ project, workers }) => {
  const report = join(reports, `${project}.json`);
  rmSync(report, { force: true });
  const ok = run([
    'jest',
    '--selectProjects',
    project,
    '--maxWorkers',
    String(workers),
    '--json',
    '--outputFile',
    report,
  ]);
  if (!existsSync(report)) return { passed: 0, failed: 1 };
  const { numPassedTests, numFailedTests, numRuntimeErrorTestSuites } = JSON.parse(readFileSync(report, 'utf8'));
  const failed = numFailedTests + numRuntimeErrorTestSuites;
  const silentFailure = failed === 0 && (!ok || numPassedTests === 0);
  return { passed: numPassedTests, failed: failed + (silentFailure ? 1 : 0) };
};

const timed = (step, runStep) => {
  console.log(`\n== ${step.name}`);
  const began = Date.now();
  const result = runStep(step);
  return { name: step.name, seconds: (Date.now() - began) / 1000, ...result };
};

const describe = ({ name, seconds, passed, failed, skipped }) => {
  const outcome = skipped ? `skipped: ${skipped}` : `${failed ? 'FAILED' : 'ok'} (${passed} passed, ${failed} failed)`;
  return `${name.padEnd(20)}${seconds.toFixed(1).padStart(7)} s  ${outcome}`;
};

ensureInstalled();
mkdirSync(reports, { recursive: true });
const results = [
  ...staticSteps.map((step) => timed(step, runStatic)),
  ...jestSteps.map((step) => timed(step, runJest)),
];
const total = (key) => results.reduce((sum, result) => sum + (result[key] ?? 0), 0);

console.log(`\n${results.map(describe).join('\n')}\n`);
console.log(`${total('passed')} passed, ${total('failed')} failed`);
process.exitCode = total('failed') === 0 && total('passed') > 0 ? 0 : 1;
