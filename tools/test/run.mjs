// npm test: every check there is, in the order of what fails fastest, and one line at the end that adds them up.
import { spawn } from 'node:child_process';
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

/** Those of a stage run beside each other: each keeps one core busy. Later ones need what `build` makes. */
const staticStages = [
  [
    { name: 'format', command: ['prettier', '--check', '--log-level', 'warn', '.'] },
    { name: 'build', command: ['tsc', '-b'] },
  ],
  [
    { name: 'types of tests', command: ['tsc', '-p', 'tsconfig.test.json'] },
    { name: 'lint', command: ['eslint', '--max-warnings', '0', '.'] },
    { name: 'generated files', command: ['node', generator, '--check'], needs: generator },
    { name: 'OpenAPI document', command: ['node', openApi, '--check'], needs: openApi },
  ],
];
const jestSteps = [
  { name: 'unit tests', project: 'unit', workers: cores },
  { name: 'integration tests', project: 'int', workers: intWorkers },
];

/** Whether the program ended well. What it says is shown as it comes, or handed to `say` when it has ended. */
const run = ([program, ...args], say) =>
  new Promise((done) => {
    // Tests start our processes some hundred times: each would compile the same modules again.
    const NODE_COMPILE_CACHE = process.env.NODE_COMPILE_CACHE ?? join(root, '.cache', 'compile');
    const child = spawn(join(bin, program), args, {
      cwd: root,
      env: { ...process.env, NODE_COMPILE_CACHE, PATH: `${bin}:${process.env.PATH ?? ''}` },
      stdio: say ? ['ignore', 'pipe', 'pipe'] : ['ignore', 'inherit', 'inherit'],
      timeout: stepTimeoutMs,
      killSignal: 'SIGTERM',
    });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) stream?.setEncoding('utf8').on('data', (text) => (said += text));
    child.on('error', (error) => {
      (say ?? console.log)(`${said}${program}: ${error.message}\n`);
      done(false);
    });
    child.on('close', (status) => {
      say?.(said);
      done(status === 0);
    });
  });

const runStatic = async ({ name, command, needs }) => {
  if (needs && !existsSync(join(root, needs))) return { skipped: `${needs} is not there` };
  const ok = await run(command, (said) => console.log(`\n== ${name}\n${said.trimEnd()}`));
  return ok ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
};

/** Counts from Jest's own report. A file that does not even load is a failure, and so is a run without a test. */
const runJest = async ({ name, project, workers }) => {
  console.log(`\n== ${name}`);
  const report = join(reports, `${project}.json`);
  rmSync(report, { force: true });
  const ok = await run([
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

const timed = async (step, runStep) => {
  const began = Date.now();
  const result = await runStep(step);
  return { name: step.name, seconds: (Date.now() - began) / 1000, ...result };
};

const describe = ({ name, seconds, passed, failed, skipped }) => {
  const outcome = skipped ? `skipped: ${skipped}` : `${failed ? 'FAILED' : 'ok'} (${passed} passed, ${failed} failed)`;
  return `${name.padEnd(20)}${seconds.toFixed(1).padStart(7)} s  ${outcome}`;
};

ensureInstalled();
mkdirSync(reports, { recursive: true });
const results = [];
for (const stage of staticStages) results.push(...(await Promise.all(stage.map((step) => timed(step, runStatic)))));
for (const step of jestSteps) results.push(await timed(step, runJest));
const total = (key) => results.reduce((sum, result) => sum + (result[key] ?? 0), 0);

console.log(`\n${results.map(describe).join('\n')}\n`);
console.log(`${total('passed')} passed, ${total('failed')} failed`);
process.exitCode = total('failed') === 0 && total('passed') > 0 ? 0 : 1;
