import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { cleanupAfterAll, longOnly, shortOnly, testStack } from '@threadlog/testing';
import { startEdge } from './support/edge';
import { createSystem, SECRETS, type SystemOptions } from './support/system';

const ROOT = join(__dirname, '..');
const NODE = join(ROOT, 'node_modules', '.bin', 'node');
const SUITE = join(ROOT, 'tools', 'conformance', 'dist', 'main.js');
/** As many as the suite had when this was written, and a few less. */
const AT_LEAST = 1_500;

jest.setTimeout(480_000);

/** The suite as anybody runs it: it knows no more of the system than its URLs and secrets. */
async function conform(urls: { url: string; realtime: string }): Promise<{ code: number | null; output: string }> {
  const { AUTH_JWT_SECRET, AUTH_JWT_ISSUER, INTERNAL_API_SECRET } = SECRETS;
  const args = ['--url', urls.url, '--realtime', urls.realtime, '--secret', AUTH_JWT_SECRET];
  args.push('--issuer', AUTH_JWT_ISSUER, '--internal-secret', INTERNAL_API_SECRET);
  const suite = spawn(NODE, [SUITE, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise<number | null>((resolve) => suite.once('exit', resolve));
  return { output: await text(suite.stdout), code: await ended };
}

function expectAllPassed({ code, output }: Awaited<ReturnType<typeof conform>>): void {
  const [, passed, failed] = /^(\d+) passed, (\d+) failed/m.exec(output) ?? [];
  expect({ output, failed: Number(failed) }).toEqual({ output, failed: 0 });
  expect(Number(passed)).toBeGreaterThanOrEqual(AT_LEAST);
  expect(output).not.toContain('not served');
  expect(code).toBe(0);
}

describe('the conformance suite passes', () => {
  const stack = testStack();
  const cleanups = cleanupAfterAll();
  const fresh = async (): Promise<SystemOptions> => ({
    kafkaBrokers: stack.kafkaBrokers,
    databaseUrl: await stack.freshDatabase(),
    topicPrefix: stack.topicPrefix(),
  });

  shortOnly(test)('against one process with all roles', async () => {
    const system = await createSystem(await fresh(), cleanups);
    await system.start();
    expectAllPassed(await conform({ url: system.api, realtime: system.realtime }));
    expect(await system.stop()).toBe(0);
  });

  longOnly(test)('against six processes behind an edge', async () => {
    const shared = await fresh();
    const roles = ['command-api', 'command-api', 'projector', 'query-api', 'realtime', 'worker'];
    const systems = [];
    for (const role of roles) systems.push(await createSystem({ ...shared, roles: role }, cleanups));
    await Promise.all(systems.map((system) => system.start()));
    const [first, second, , query, realtime, worker] = systems;
    const url = await startEdge(
      { reads: [query!.api], writes: [first!.api, second!.api], worker: worker!.api },
      cleanups,
    );
    expectAllPassed(await conform({ url, realtime: realtime!.realtime }));
    expect(await Promise.all(systems.map((system) => system.stop()))).toEqual([0, 0, 0, 0, 0, 0]);
  });
});
