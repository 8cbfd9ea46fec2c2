import { setTimeout as delay } from 'node:timers/promises';
import { latency, rate, runLoad, type Pace } from './load';

const stock = { threads: 1, messages: 1, searchedMessages: 1, exportedMessages: 1 };
const crowd = { sockets: 0, slow: 0, room: 0 };
const pace: Pace = {
  name: 'test',
  systemWarmUp: { sliceMs: 50, slices: 1 },
  warmUpMs: 20,
  roundMs: 60,
  rounds: 3,
  replayEvents: 0,
  countedMessages: 0,
  stock,
  crowd,
};

describe('the closed loop', () => {
  it('keeps each worker at one step at a time, and measures in rounds', async () => {
    const busy = new Set<number>();
    const measured = await runLoad({
      workers: 4,
      pace,
      async step(worker) {
        expect(busy.has(worker)).toBe(false);
        busy.add(worker);
        await delay(2);
        busy.delete(worker);
      },
    });
    expect(measured.rounds).toHaveLength(3);
    expect(measured).toMatchObject({ errors: 0, problem: undefined });
    expect(measured.samples).toBe(measured.rounds.reduce((sum, { latencies }) => sum + latencies.length, 0));
    expect(latency(measured, 50).value).toBeGreaterThanOrEqual(1);
    expect(rate(measured, 'steps').value).toBeGreaterThan(0);
  });

  it('takes what a step says it took', async () => {
    const measured = await runLoad({ workers: 1, pace, step: () => delay(1, 42) });
    expect(latency(measured, 99)).toEqual({ name: 'p99', value: 42, unit: 'ms', better: 'lower' });
  });

  it('counts failed steps apart, keeps the first reason, and gives up on a system that only fails', async () => {
    let steps = 0;
    const measured = await runLoad({
      workers: 50,
      pace: { ...pace, warmUpMs: 30_000 },
      step: () => Promise.reject(new Error(`failure ${++steps}`)),
    });
    expect(measured).toMatchObject({ samples: 0, problem: 'failure 1' });
    expect(measured.errors).toBeGreaterThanOrEqual(200);
  });
});
