import { eventually } from '@threadlog/testing';
import { createProjectionWait, hasReached, type Look } from './projectionWait';

const PACE = { firstMs: 1, longestMs: 4 };

/** Projections that a test moves: `offsets` of the generation that is served. */
function given(pace = PACE) {
  const generations = [new Map<number, number>(), new Map<number, number>()];
  const state: { served: number; looks: (readonly number[])[]; failure: Error | undefined } = {
    served: 0,
    looks: [],
    failure: undefined,
  };
  const wait = createProjectionWait<Look & { generation: number }>({
    pace,
    look(partitions) {
      state.looks.push(partitions);
      if (state.failure) return Promise.reject(state.failure);
      return Promise.resolve({ offsets: new Map(generations[state.served]), generation: state.served });
    },
  });
  return { state, wait, generations, offsets: generations[0]! };
}

const at = (...offsets: number[]) => new Map(offsets.entries());

describe('waiting until a projection has come to positions', () => {
  it('looks once where it is there already, and at the partitions that are asked for', async () => {
    const { state, wait, offsets } = given();
    offsets.set(3, 11);
    expect(await wait.until(new Map([[3, 11]]))).toMatchObject({ generation: 0 });
    expect(state.looks).toEqual([[3]]);
  });

  it('waits for every partition, and takes one without a checkpoint for 0', async () => {
    const { state, wait, offsets } = given();
    const waiting = wait.until(at(0, 5, 7));
    offsets.set(1, 5);
    await eventually(() => state.looks.length > 3);
    expect(hasReached(offsets, at(0, 5, 7))).toBe(false);
    offsets.set(2, 7);
    expect(await waiting).not.toBeNull();
  });

  it('follows a flip: the generation that is served at the end has to be there', async () => {
    const { state, wait, generations } = given();
    const waiting = wait.until(at(5), { timeoutMs: 10_000 });
    await eventually(() => state.looks.length > 2);
    state.served = 1;
    generations[0]!.set(0, 5);
    const looks = state.looks.length;
    await eventually(() => state.looks.length > looks + 2);
    generations[1]!.set(0, 6);
    expect(await waiting).toEqual({ offsets: at(6), generation: 1 });
  });

  it('gives up with null once the time is over, and only then', async () => {
    const { wait, offsets } = given();
    const since = performance.now();
    expect(await wait.until(at(5), { timeoutMs: 30 })).toBeNull();
    // Timers are cut to whole milliseconds, and may end a little early.
    expect(performance.now() - since).toBeGreaterThanOrEqual(25);
    offsets.set(0, 5);
    expect(await wait.until(at(5), { timeoutMs: 0 })).not.toBeNull();
  });

  it('is ended by its signal, before and in the middle, with the reason', async () => {
    const { state, wait, offsets } = given();
    const stopping = new AbortController();
    const waiting = wait.until(at(5), { signal: stopping.signal });
    const other = wait.until(at(5));
    await eventually(() => state.looks.length > 3);
    stopping.abort(new Error('stopped'));
    await expect(waiting).rejects.toThrow('stopped');
    await expect(wait.until(at(5), { signal: stopping.signal })).rejects.toThrow('stopped');
    offsets.set(0, 5);
    expect(await other).not.toBeNull();
  });

  it('is ended by a signal that comes during its first look', async () => {
    const stopping = new AbortController();
    const wait = createProjectionWait({
      look() {
        stopping.abort(new Error('stopped'));
        return Promise.resolve({ offsets: at() });
      },
    });
    await expect(wait.until(at(5), { signal: stopping.signal })).rejects.toThrow('stopped');
  });

  it('shares one poll among all that wait, and looks no more once nobody does', async () => {
    const { state, wait, offsets } = given();
    const waiting = Array.from({ length: 50 }, (_, n) => wait.until(new Map([[n % 2, n + 1]])));
    await eventually(() => state.looks.length > 53);
    expect(state.looks.slice(50)).toEqual(state.looks.slice(50).map(() => [0, 1]));
    offsets.set(0, 100).set(1, 100);
    await Promise.all(waiting);
    const looks = state.looks.length;
    await wait.until(at(100));
    expect(state.looks.length).toBe(looks + 1);
  });

  it('fails all that wait where a look fails, and works again afterwards', async () => {
    const { state, wait, offsets } = given();
    const waiting = [wait.until(at(5)), wait.until(at(6))].map((one) => expect(one).rejects.toThrow('database away'));
    await eventually(() => state.looks.length > 2);
    state.failure = new Error('database away');
    await Promise.all(waiting);
    state.failure = undefined;
    const again = wait.until(at(5));
    await eventually(() => state.looks.length > 5);
    offsets.set(0, 5);
    expect(await again).not.toBeNull();
  });
});
