import { createForwardSigner } from '@threadlog/auth';
import type { Database } from '@threadlog/read-models';
import { createLogger } from '@threadlog/service';
import { testStack } from '@threadlog/testing';
import { createSharedClock } from './sharedClock';

const HOUR_MS = 3_600_000;
/** Far from an hour, and more than a machine ever stands still. */
const A_MINUTE_MS = 60_000;
const stack = testStack();
let database: Database;
beforeAll(async () => {
  database = await stack.freshPool();
});

function open(wallClock: () => number) {
  const lines: string[] = [];
  const logger = createLogger({ service: 'test', destination: { write: (line) => void lines.push(line) } });
  return { lines, ...createSharedClock({ database, logger, wallClock }) };
}
const request = { method: 'POST', path: '/internal/commands', body: '{}' };
const signerBy = ({ clock }: ReturnType<typeof open>) =>
  createForwardSigner([() => 'a secret between the instances, long'], clock.now);

test('instances whose clocks are hours apart take each other’s signatures', async () => {
  const [ahead, behind] = [open(() => Date.now() + HOUR_MS), open(() => Date.now() - HOUR_MS)];
  await Promise.all([ahead.measure(), behind.measure()]);

  for (const [from, to] of [
    [ahead, behind],
    [behind, ahead],
  ] as const) {
    expect(signerBy(to).verifyForward(request, signerBy(from).signForward(request))).toBe(true);
  }
  expect(Math.abs(ahead.clock.now() - behind.clock.now())).toBeLessThan(A_MINUTE_MS);
});

test('a clock that jumps moves nothing, and is named once it is asked about', async () => {
  let jump = 0;
  const one = open(() => Date.now() + jump);
  await one.measure();
  const before = one.clock.now();
  expect(one.check.note!()).toBeNull();

  jump = 1_000;
  const earliest = Date.now() + jump;
  expect(one.clock.wallMs()).toBeGreaterThanOrEqual(earliest);
  jump = -HOUR_MS;
  expect(Math.abs(one.clock.wallMs() - Date.now())).toBeLessThan(2_000);
  expect(one.clock.now() - before).toBeLessThan(A_MINUTE_MS);
  expect(one.check.note!()).toMatch(/36\d\d s behind the database's/);
  await one.measure();
  await one.measure();
  expect(one.lines.filter((line) => line.includes('behind the database'))).toHaveLength(1);
});

test('until the database has answered the machine’s clock stands in', () => {
  expect(open(() => 17).clock).toMatchObject({ now: expect.any(Function) });
  expect(open(() => 17).clock.now()).toBe(17);
  expect(open(() => 17).clock.skewMs()).toBe(0);
});
