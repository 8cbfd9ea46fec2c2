import { createAllProjected } from './looks';

/** A log of two partitions whose projection advances by one record each time it is asked. */
function given({ heads, stuck = false, waitMs = 1_000 }: { heads: number[]; stuck?: boolean; waitMs?: number }) {
  let folded = 0;
  const asked = { looks: 0 };
  const allProjected = createAllProjected({
    log: { partitions: heads.length, head: (partition) => Promise.resolve(heads[partition]!) },
    look() {
      asked.looks += 1;
      if (!stuck) folded += 1;
      return Promise.resolve({ offsets: new Map(folded ? heads.map((_, partition) => [partition, folded]) : []) });
    },
    waitMs,
  });
  return { allProjected, asked, heads };
}

test('waits until every partition has reached the head it had when asked', async () => {
  const { allProjected, asked } = given({ heads: [4, 2] });
  await allProjected();
  expect(asked.looks).toBe(4);
});

test('does not chase a head that moves on', async () => {
  const { allProjected, asked, heads } = given({ heads: [2, 2] });
  const caughtUp = allProjected();
  heads[0] = 1_000_000;
  await caughtUp;
  expect(asked.looks).toBe(2);
});

test('an empty log needs no checkpoint', async () => {
  const { allProjected, asked } = given({ heads: [0, 0], stuck: true });
  await allProjected();
  expect(asked.looks).toBe(1);
});

test('says that the projection lags rather than that nothing is there', async () => {
  const { allProjected } = given({ heads: [1, 0], stuck: true, waitMs: 10 });
  await expect(allProjected()).rejects.toMatchObject({ problem: { code: 'projection_lagging', retryAfter: 1 } });
});
