import { backOffMs, pause, until } from './loops';

const never = 3_600_000;

test('the wait before the next attempt doubles up to the longest', () => {
  const patience = { firstMs: 50, longestMs: 300 };
  expect([0, 1, 2, 3, 400].map((failures) => backOffMs(failures, patience))).toEqual([50, 100, 200, 300, 300]);
});

test('given a pause, when the signal aborts or has aborted, then it ends without a rejection', async () => {
  const stop = new AbortController();
  const waiting = pause(never, stop.signal);
  stop.abort();
  await expect(waiting).resolves.toBeUndefined();
  await expect(pause(never, stop.signal)).resolves.toBeUndefined();
});

describe('a loop until a signal aborts', () => {
  test('given turns that throw, at once or later, then each is told and the next one begins', async () => {
    const stop = new AbortController();
    const faults: unknown[] = [];
    let turns = 0;
    const turn = () => {
      turns += 1;
      if (turns === 1) throw new Error('at once');
      if (turns === 2) return Promise.reject(new Error('later'));
      stop.abort();
      return Promise.reject(new Error('because it was told to stop'));
    };
    await until(stop.signal, turn, { everyMs: 0, onFault: (error) => faults.push((error as Error).message) });
    expect({ turns, faults }).toEqual({ turns: 3, faults: ['at once', 'later'] });
  });

  test('given a fault that nobody is told of, then the loop ends with it', async () => {
    const turns = [() => Promise.resolve(), () => Promise.reject(new Error('broken'))];
    const loop = until(new AbortController().signal, () => turns.shift()!(), { everyMs: 0 });
    await expect(loop).rejects.toThrow('broken');
    expect(turns).toEqual([]);
  });

  test('given a wait before the first turn, when the signal aborts in it, then there is no turn', async () => {
    const stop = new AbortController();
    const loop = until(stop.signal, () => fail(), { firstMs: never, everyMs: never });
    stop.abort();
    await loop;
  });

  test('given a turn that says when the next is due, then that counts in place of the usual time', async () => {
    const stop = new AbortController();
    let turns = 0;
    const turn = async () => {
      turns += 1;
      if (turns === 3) stop.abort();
      return 0;
    };
    await until(stop.signal, turn, { everyMs: never, onFault: fail });
    expect(turns).toBe(3);
  });

  test('given a clock of its own, then the loop waits by that', async () => {
    const stop = new AbortController();
    const waits: number[] = [];
    const sleep = (ms: number): Promise<void> => {
      waits.push(ms);
      if (waits.length === 3) stop.abort();
      return Promise.resolve();
    };
    await until(stop.signal, () => Promise.resolve(waits.length * 10), { firstMs: 7, everyMs: never, sleep });
    expect(waits).toEqual([7, 10, 20]);
  });

  test('given a signal that aborts during a turn, then the loop ends when the turn does', async () => {
    const stop = new AbortController();
    const held = Promise.withResolvers<void>();
    let ended = false;
    const loop = until(stop.signal, () => held.promise, { everyMs: never, onFault: fail }).then(() => (ended = true));
    stop.abort();
    await pause(0, new AbortController().signal);
    expect(ended).toBe(false);
    held.resolve();
    await loop;
  });

  test('given a signal that has aborted, then there is no turn', async () => {
    await until(AbortSignal.abort(), () => fail(), { everyMs: 0, onFault: fail });
  });
});

function fail(): never {
  throw new Error('must not be called');
}
