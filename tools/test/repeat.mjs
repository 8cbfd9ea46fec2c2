// npm run test:repeat -- TIMES [--busy N] [arguments of Jest]: the integration tests again and again, to find what
// depends on timing. With --busy, N loops keep as many cores busy beside every second run.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { root } from '../stack/bootstrap.mjs';
import { intWorkers } from './steps.mjs';

const bin = join(root, 'node_modules', '.bin');
const [times, ...given] = process.argv.slice(2);
const flag = given.indexOf('--busy');
const busy = flag === -1 ? 0 : Number(given.splice(flag, 2)[1]);
if (!(Number(times) > 0 && Number.isInteger(busy))) {
  console.error('Usage: npm run test:repeat -- TIMES [--busy N] [arguments of Jest]');
  process.exit(2);
}
const workers = given.some((argument) => argument.startsWith('--maxWorkers'))
  ? []
  : ['--maxWorkers', String(intWorkers)];

const jest = () =>
  new Promise((done) => {
    const env = { ...process.env, PATH: `${bin}:${process.env.PATH ?? ''}` };
    const args = ['--selectProjects', 'int', '--silent', ...workers, ...given];
    const child = spawn(join(bin, 'jest'), args, { cwd: root, env, stdio: ['ignore', 'inherit', 'inherit'] });
    child.on('error', () => done(false));
    child.on('close', (status) => done(status === 0));
  });

const results = [];
for (let run = 1; run <= Number(times); run += 1) {
  const loops = Array.from({ length: run % 2 === 0 ? busy : 0 }, () =>
    spawn(process.execPath, ['-e', 'for (;;);'], { stdio: 'ignore' }),
  );
  const passed = await jest();
  for (const loop of loops) loop.kill('SIGKILL');
  results.push(passed);
  console.log(
    `== run ${run} of ${times}${loops.length > 0 ? `, beside ${loops.length} busy` : ''}: ${passed ? 'passed' : 'FAILED'}`,
  );
}
const failed = results.filter((passed) => !passed).length;
console.log(`${results.length - failed} runs passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
