import { createMeter, loopDelayOf } from './meter';
import type { Internals } from './system';

const metrics = (least: number, p50: number, p99: number): string =>
  [
    '# TYPE nodejs_eventloop_lag_min_seconds gauge',
    `nodejs_eventloop_lag_min_seconds ${least}`,
    `nodejs_eventloop_lag_p50_seconds{role="all"} ${p50}`,
    `nodejs_eventloop_lag_p99_seconds ${p99}`,
  ].join('\n');

function given(said: string[] = []) {
  const cpu = { service: 10, kafka: 20, driver: 30 };
  const processes = Object.keys(cpu).map((name) => ({
    name,
    usage: () => ({ cpuSeconds: cpu[name as keyof typeof cpu], residentBytes: 0 }),
  }));
  const internals = { processes: () => processes, serviceMetrics: () => Promise.resolve(said.shift() ?? '') };
  return { cpu, meter: createMeter({ internals: internals as unknown as Internals }) };
}

test('tells the processor time of an operation, of all times it counted together, without the driver', async () => {
  const { cpu, meter } = given();
  await meter.start();
  Object.assign(cpu, { service: 12, kafka: 21, driver: 40 });
  await meter.stop(1_000);
  Object.assign(cpu, { service: 100, kafka: 100 });
  await meter.start();
  Object.assign(cpu, { service: 102, kafka: 100 });
  await meter.stop(1_000);
  expect(meter.figures()).toEqual([
    { name: 'service CPU', value: 2_000, unit: 'us', better: 'lower' },
    { name: 'kafka CPU', value: 500, unit: 'us', better: 'lower' },
  ]);
});

test('tells the worst delay of the loop, above that of the timer', async () => {
  const { meter } = given(['', metrics(0.009, 0.01, 0.03), '', metrics(0.009, 0.011, 0.02)]);
  for (let times = 0; times < 2; times++) {
    await meter.start();
    await meter.stop(10);
  }
  expect(meter.figures().map(({ name, value }) => [name, Math.round(value)])).toEqual([
    ['loop p50', 2],
    ['loop p99', 21],
  ]);
});

test('says nothing where nothing was counted, where the system is not ours, and where metrics do not tell', async () => {
  expect(given().meter.figures()).toEqual([]);
  const others = createMeter({ internals: null });
  await others.start();
  await others.stop(5);
  expect(others.figures()).toEqual([]);
  expect(loopDelayOf('nodejs_eventloop_lag_min_seconds 1')).toBeNull();
});
