import { createLane } from './lane';

function harness() {
  const order: string[] = [];
  const gates = new Map<string, PromiseWithResolvers<void>>();
  const failed: string[] = [];
  let idle = 0;
  const lane = createLane<string>({
    turn(job) {
      if (job.startsWith('!')) throw new Error(job);
      if (job.startsWith('wait') && !gates.has(job)) {
        gates.set(job, Promise.withResolvers());
        return gates.get(job)!.promise;
      }
      order.push(job);
      return null;
    },
    fail: (job) => void failed.push(job),
    idle: () => void (idle += 1),
  });
  const settled = () => new Promise(setImmediate);
  return { lane, order, gates, failed, settled, idleCount: () => idle };
}

describe('lane', () => {
  test('decides at once what needs nothing', () => {
    const { lane, order } = harness();
    lane.submit('a');
    lane.submit('b');
    expect(order).toEqual(['a', 'b']);
    expect(lane.waiting()).toBe(0);
  });

  test('a job that waits holds back those behind it, and the order stays', async () => {
    const { lane, order, gates, settled, idleCount } = harness();
    for (const job of ['wait 1', 'b', 'wait 2', 'd']) lane.submit(job);
    expect(lane.waiting()).toBe(4);
    gates.get('wait 1')!.resolve();
    await settled();
    expect(order).toEqual(['wait 1', 'b']);
    gates.get('wait 2')!.resolve();
    await settled();
    expect(order).toEqual(['wait 1', 'b', 'wait 2', 'd']);
    expect(lane.waiting()).toBe(0);
    expect(idleCount()).toBe(1);
  });

  test('a load that fails takes its own job only', async () => {
    const { lane, order, gates, failed, settled } = harness();
    for (const job of ['wait 1', 'b', '! c', 'd']) lane.submit(job);
    gates.get('wait 1')!.reject(new Error('database away'));
    await settled();
    expect(failed).toEqual(['wait 1', '! c']);
    expect(order).toEqual(['b', 'd']);
  });
});
