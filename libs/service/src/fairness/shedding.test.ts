import { createMetrics } from '../metrics';
import { createLoopDelay } from './loopDelay';
import type { Behalf } from './onBehalf';
import { createShedding } from './shedding';

function given() {
  const metrics = createMetrics({ defaults: false });
  const loop = { isLate: false };
  const shedding = createShedding({ metrics, isLate: () => loop.isLate });
  /** How many of so many writes are taken on. */
  function begin(tenantId: string, count: number, cost = 1): number {
    const write: Behalf = { tenantId, surface: 'http' };
    return Array.from({ length: count }, () => shedding.begin(write, cost)).filter((refused) => refused === null)
      .length;
  }
  const end = (tenantId: string, cost = 1) => shedding.end({ tenantId, surface: 'http' }, cost);
  const shown = async (name: string) =>
    (await metrics.registry.getSingleMetric(name)!.get()).values.map(({ labels, value }) => ({ ...labels, value }));
  return { shedding, loop, begin, end, shown };
}

test('a tenant has at most its share open, and is let in again for each that ends', async () => {
  const { begin, end, shown } = given();
  expect([begin('loud', 10_000), begin('quiet', 1)]).toEqual([8_192, 1]);
  end('loud');
  expect(begin('loud', 2)).toBe(1);
  expect(await shown('threadlog_requests_shed_total')).toEqual([{ surface: 'http', reason: 'open', value: 1_809 }]);
  expect(await shown('threadlog_writes_open')).toEqual([{ value: 8_193 }]);
});

test('where all together have too much open, whoever has little is let in', () => {
  const { begin } = given();
  expect([begin('a', 9_000), begin('b', 9_000), begin('c', 100)]).toEqual([8_192, 8_192, 64]);
});

test('large writes are bounded by what they hold', () => {
  const { begin } = given();
  const megabyte = 1024 * 1024;
  expect([begin('a', 100, megabyte), begin('b', 100, megabyte), begin('c', 100, megabyte)]).toEqual([64, 64, 1]);
});

test('while the event loop is late, only whoever has little open is let in; what is open goes on', async () => {
  const { loop, begin, end, shown } = given();
  expect(begin('loud', 500)).toBe(500);
  loop.isLate = true;
  expect([begin('loud', 10), begin('quiet', 100)]).toEqual([0, 64]);
  loop.isLate = false;
  expect(begin('loud', 1)).toBe(1);
  for (let count = 0; count < 501; count += 1) end('loud');
  for (let count = 0; count < 64; count += 1) end('quiet');
  expect(await shown('threadlog_writes_open')).toEqual([{ value: 0 }]);
  expect(await shown('threadlog_requests_shed_total')).toEqual([{ surface: 'http', reason: 'delay', value: 46 }]);
});

describe('an event loop', () => {
  /** Whether it counts as late after turns that came so much too late. */
  async function isLateAfter(...lateBy: number[]): Promise<boolean> {
    let now = 0;
    const stop = new AbortController();
    const rest = [...lateBy];
    const loop = createLoopDelay({
      now: () => now,
      async sleep(ms) {
        now += ms + rest.shift()!;
        if (rest.length === 0) stop.abort();
      },
    });
    await loop.run(stop.signal);
    return loop.isLate();
  }

  test.each([
    ['in time', [0, 1, 5, 3, 0], false],
    ['once far too late, as after a pause of the machine', [0, 60_000, 0], false],
    ['late again and again', [600, 700, 500, 900], true],
    ['late, and in time since', [600, 700, 500, 900, 900, 10], false],
  ])('that turns %s', async (_how, lateBy, isLate) => {
    expect(await isLateAfter(...lateBy)).toBe(isLate);
  });
});
