import { createKeyQueues } from './keyQueues';

function harness() {
  const order: string[] = [];
  const gates = new Map<string, PromiseWithResolvers<void>>();
  const failed: string[] = [];
  const queue = createKeyQueues<string>({
    attempt(job) {
      if (job.startsWith('!')) throw new Error(job);
      if (job.startsWith('wait') && !gates.has(job)) {
        gates.set(job, Promise.withResolvers());
        return gates.get(job)!.promise;
      }
      order.push(job);
      return null;
    },
    fail: (job) => void failed.push(job),
  });
  const settled = () => new Promise(setImmediate);
  return { queue, order, gates, failed, settled };
}

describe('the queue of a key', () => {
  test('decides at once what needs nothing', () => {
    const { queue, order } = harness();
    queue.submit('key', 'a');
    queue.submit('key', 'b');
    expect(order).toEqual(['a', 'b']);
    expect(queue.waiting('key')).toBe(0);
  });

  test('a job that waits holds back those behind it, and the order stays', async () => {
    const { queue, order, gates, settled } = harness();
    for (const job of ['wait 1', 'b', 'wait 2', 'd']) queue.submit('key', job);
    expect(queue.waiting('key')).toBe(4);
    gates.get('wait 1')!.resolve();
    await settled();
    expect(order).toEqual(['wait 1', 'b']);
    gates.get('wait 2')!.resolve();
    await settled();
    expect(order).toEqual(['wait 1', 'b', 'wait 2', 'd']);
    expect(queue.waiting('key')).toBe(0);
    expect(queue.size()).toBe(0);
  });

  test('a load that fails takes its own job only', async () => {
    const { queue, order, gates, failed, settled } = harness();
    for (const job of ['wait 1', 'b', '! c', 'd']) queue.submit('key', job);
    gates.get('wait 1')!.reject(new Error('database away'));
    await settled();
    expect(failed).toEqual(['wait 1', '! c']);
    expect(order).toEqual(['b', 'd']);
  });
});
