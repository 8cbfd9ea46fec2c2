import { eventually } from '@threadlog/testing';
import { createConsistency } from './consistency';

function given(readWaitMs = 1_000) {
  const checkpoints = new Map<number, number>();
  const asked: (readonly number[])[] = [];
  let failure: Error | undefined;
  const consistency = createConsistency({
    readWaitMs,
    readCheckpoints(partitions) {
      asked.push(partitions);
      if (failure) return Promise.reject(failure);
      return Promise.resolve(
        new Map(partitions.flatMap((p) => (checkpoints.has(p) ? [[p, checkpoints.get(p)!]] : []))),
      );
    },
  });
  return { checkpoints, asked, consistency, fail: (error: Error) => (failure = error) };
}

describe('waiting for a write', () => {
  it('asks once where the projection has passed it', async () => {
    const { checkpoints, asked, consistency } = given();
    checkpoints.set(3, 11);
    await consistency.waitFor({ partition: 3, offset: 10 });
    expect(asked).toEqual([[3]]);
  });

  it('waits while the projection stands at the very event', async () => {
    const { checkpoints, consistency } = given();
    checkpoints.set(3, 10);
    let done = false;
    const waiting = consistency.waitFor({ partition: 3, offset: 10 }).then(() => (done = true));
    await new Promise((resolve) => setImmediate(resolve));
    expect(done).toBe(false);
    checkpoints.set(3, 11);
    await waiting;
    expect(done).toBe(true);
  });

  it('gives up as projection_lagging', async () => {
    const { consistency } = given(20);
    await expect(consistency.waitFor({ partition: 0, offset: 0 })).rejects.toMatchObject({
      problem: { code: 'projection_lagging', retryAfter: 1 },
    });
  });

  it('shares one poll among all that wait', async () => {
    const { checkpoints, asked, consistency } = given();
    const waiting = Array.from({ length: 50 }, (_, n) => consistency.waitFor({ partition: n % 2, offset: n }));
    await eventually(() => expect(asked.length).toBeGreaterThan(50));
    expect(asked.slice(50)).toEqual(asked.slice(50).map(() => [0, 1]));
    checkpoints.set(0, 100).set(1, 100);
    await Promise.all(waiting);
  });

  it('fails at once when the checkpoints cannot be read, and works again afterwards', async () => {
    const { checkpoints, consistency, fail } = given();
    const waiting = consistency.waitFor({ partition: 0, offset: 5 });
    await new Promise((resolve) => setImmediate(resolve));
    fail(new Error('database away'));
    await expect(waiting).rejects.toThrow('database away');
    fail(undefined as unknown as Error);
    checkpoints.set(0, 6);
    await consistency.waitFor({ partition: 0, offset: 5 });
  });
});
