// What npm test and npm run test:long consist of.
import { availableParallelism } from 'node:os';

const MINUTE = 60_000;
export const cores = availableParallelism();

/**
 * Real servers take their share of the cores, so fewer workers than cores where there are many. A third on two cores saves a
 * tenth of the time, and tests fail more often, as servers answer late.
 */
export const intWorkers = Math.min(4, Math.max(2, Math.floor(cores / 2)));

/**
 * What is known of unchanged files is kept between runs, but not where a result has to be beyond doubt: what ESLint says
 * of a file depends on the types in others, too.
 */
const kept = (tool) =>
  process.env.CI ? [] : ['--cache', '--cache-strategy', 'content', '--cache-location', `.cache/${tool}/cache`];

const eventsGenerator = 'libs/events/dist/generate/main.js';
const processGenerator = 'services/standalone/dist/generate.js';
const workerPackage = 'services/worker/dist/index.js';
const clientPackage = 'libs/client/dist/index.js';
const build = { name: 'build', command: ['tsc', '-b'] };

/**
 * They run beside each other, one on each core, and begin in this order: what takes longest first. Those with `needs` wait for
 * the build, which is the first.
 */
const checks = [
  build,
  { name: 'lint', command: ['eslint', '--max-warnings', '0', ...kept('eslint'), '.'] },
  { name: 'types of tests', command: ['tsc', '-p', 'tsconfig.test.json'] },
  { name: 'format', command: ['prettier', '--check', '--log-level', 'warn', ...kept('prettier'), '.'] },
  { name: 'imports', command: ['node', 'tools/test/dependencies.mjs'] },
  { name: 'reference of the client', command: ['node', 'libs/client/build/reference.mjs', '--check'] },
  { name: 'types of the client', command: ['node', 'libs/client/build/wire.mjs', '--check'] },
  { name: 'proto files', command: ['node', 'tools/test/proto.mjs', '--check'] },
  // A test takes the built worker: where that is not there, what only it uses counts as used by nobody.
  { name: 'dead code', command: ['knip'], needs: workerPackage },
  { name: 'package of the client', command: ['node', 'libs/client/build/checkPackage.mjs'], needs: clientPackage },
  { name: 'generated from events', command: ['node', eventsGenerator, '--check'], needs: eventsGenerator },
  { name: 'generated from the process', command: ['node', processGenerator, '--check'], needs: processGenerator },
];

const jestSteps = ({ unitMs, intMs }) => [
  { name: 'unit tests', project: 'unit', workers: cores, timeoutMs: unitMs },
  { name: 'integration tests', project: 'int', workers: intWorkers, timeoutMs: intMs },
];

/** By what `TEST_LENGTH` says. Their time limits leave a run of both within an hour and a half. */
export const PLANS = {
  short: { checks, jest: jestSteps({ unitMs: 10 * MINUTE, intMs: 25 * MINUTE }) },
  // The build is no check of its own here: it is the one of npm test again.
  long: { checks: [{ ...build, counts: false }], jest: jestSteps({ unitMs: 10 * MINUTE, intMs: 25 * MINUTE }) },
};
