import { createCatchUp } from './catchUp';

/** A log of two partitions whose projection advances by one record each time it is asked. */
function given({ heads, stuck = false, waitMs = 1_000 }: { heads: number[]; stuck?: boolean; waitMs?: number }) {
  let folded = 0;
  const asked = { checkpoints: 0 };
  const catchUp = createCatchUp({
    partitions: heads.length,
    head: (partition) => Promise.resolve(heads[partition]!),
    checkpoints() {
      asked.checkpoints += 1;
      if (!stuck) folded += 1;
      return Promise.resolve(new Map(folded ? heads.map((_, partition) => [partition, { nextOffset: folded }]) : []));
    },
    waitMs,
  });
  return { catchUp, asked, heads };
}

test('waits until every partition has reached the head it had when asked', async () => {
  const { catchUp, asked } = given({ heads: [4, 2] });
  await catchUp();
  expect(asked.checkpoints).toBe(4);
});

test('does not chase a head that moves on', async () => {
  const { catchUp, asked, heads } = given({ heads: [2, 2] });
  const caughtUp = catchUp();
  heads[0] = 1_000_000;
  await caughtUp;
  expect(asked.checkpoints).toBe(2);
});

test('an empty log needs no checkpoint', async () => {
  const { catchUp, asked } = given({ heads: [0, 0], stuck: true });
  await catchUp();
  expect(asked.checkpoints).toBe(1);
});

test('says that the projection lags rather than that nothing is there', async () => {
  const { catchUp } = given({ heads: [1, 0], stuck: true, waitMs: 10 });
  await expect(catchUp()).rejects.toMatchObject({ problem: { code: 'projection_lagging', retryAfter: 1 } });
});
