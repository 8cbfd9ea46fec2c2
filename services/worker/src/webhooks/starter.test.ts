import type { Outcome } from './attempt';
import { createStarter, SLOW_MS } from './starter';

const TAKEN: Outcome = { kind: 'delivered', status: 204 };

beforeEach(() => jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask'] }));
afterEach(() => jest.useRealTimers());

const endless = () => new Promise<Outcome>(() => undefined);

describe('attempts of a starter', () => {
  it('are waited for, and leave no timer behind', async () => {
    const start = createStarter(1);
    expect(await start(() => Promise.resolve(TAKEN))).toEqual({ outcome: TAKEN, attempt: null });
    expect(jest.getTimerCount()).toBe(0);
  });

  it('that are slow go on, and give their place up', async () => {
    const start = createStarter(1);
    const { promise, resolve } = Promise.withResolvers<Outcome>();
    const slow = start(() => promise);
    await jest.advanceTimersByTimeAsync(SLOW_MS);
    const { outcome, attempt } = await slow;
    expect(outcome).toBeNull();
    expect(await start(() => Promise.resolve(TAKEN))).toEqual({ outcome: TAKEN, attempt: null });
    resolve(TAKEN);
    expect(await attempt).toEqual(TAKEN);
  });

  it('have what is left of their time when they find a place', async () => {
    const start = createStarter(1);
    const first = start(endless);
    await jest.advanceTimersByTimeAsync(10);
    const begun = jest.fn(endless);
    const second = start(begun);
    await jest.advanceTimersByTimeAsync(SLOW_MS - 10);
    expect((await first).outcome).toBeNull();
    expect(begun).toHaveBeenCalledTimes(1);
    await jest.advanceTimersByTimeAsync(10);
    expect((await second).attempt).not.toBeNull();
  });

  it('are no more at once than there are places', async () => {
    const start = createStarter(2);
    const begun = jest.fn(endless);
    for (let n = 0; n < 5; n += 1) void start(begun);
    await jest.advanceTimersByTimeAsync(0);
    expect(begun).toHaveBeenCalledTimes(2);
  });
});
