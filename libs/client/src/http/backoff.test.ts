import { AbortedError } from '../errors.ts';
import { backoffMs, orAborted } from './backoff.ts';

describe('a wait that may be given up', () => {
  it('is over with its signal, and what goes on behind it may fail without ending the process', async () => {
    for (const when of ['before', 'meanwhile']) {
      const controller = new AbortController();
      const task = Promise.withResolvers<never>();
      const listened = jest.spyOn(task.promise, 'then');
      if (when === 'before') controller.abort();
      const waiting = orAborted(task.promise, controller.signal);
      controller.abort();
      await expect(waiting).rejects.toBeInstanceOf(AbortedError);
      expect(listened).toHaveBeenCalledTimes(1);
      task.reject(new Error('later'));
    }
  });

  it('is what it waits for, with a signal that nobody aborts and without one', async () => {
    expect(await orAborted(Promise.resolve(7), new AbortController().signal)).toBe(7);
    expect(await orAborted(Promise.resolve(7))).toBe(7);
  });
});

test('waits between attempts grow to their bound, and none is longer', () => {
  for (let n = 1; n < 100; n += 1) {
    const ms = backoffMs(n, { baseMs: 200, maxMs: 15_000 });
    expect(ms).toBeGreaterThanOrEqual(100);
    expect(ms).toBeLessThanOrEqual(Math.min(15_000, 200 * 2 ** (n - 1)));
  }
});
