import { tenantId } from '@threadlog/events';
import { createLastWrites } from '@threadlog/service';
import { createConsistency } from './consistency';
import { createOwnWrites } from './ownWrites';

const ada = { tenantId: tenantId('acme'), id: 'ada' };
const ben = { tenantId: tenantId('acme'), id: 'ben' };

/** A projection that has folded so many records of every partition. */
function given(folded: () => Promise<number>, readWaitMs = 10_000) {
  const lastWrites = createLastWrites();
  const consistency = createConsistency({
    readCheckpoints: async (partitions) => {
      const next = await folded();
      return new Map(partitions.map((partition) => [partition, next]));
    },
    readWaitMs,
  });
  return { lastWrites, ownWrites: createOwnWrites(consistency, lastWrites) };
}

test('a reader waits for all of its own last writes, and for nobody else’s', async () => {
  let folded = 0;
  const { lastWrites, ownWrites } = given(() => Promise.resolve(folded));
  lastWrites.remember(ada, { partition: 1, offset: 4 });
  lastWrites.remember(ada, { partition: 2, offset: 6 });
  let settled = false;
  const waiting = ownWrites(ada).then(() => (settled = true));
  await ownWrites(ben);
  folded = 5;
  await ownWrites(ben);
  expect(settled).toBe(false);
  folded = 7;
  await waiting;
});

test('a projection that stays behind, or is away, holds nobody up for long and fails nobody', async () => {
  const behind = given(() => Promise.resolve(0), 10);
  behind.lastWrites.remember(ada, { partition: 1, offset: 4 });
  await behind.ownWrites(ada);
  const away = given(() => Promise.reject(new Error('away')));
  away.lastWrites.remember(ada, { partition: 1, offset: 4 });
  await away.ownWrites(ada);
});

test('without a memory nobody waits', async () => {
  const never = createConsistency({ readCheckpoints: () => new Promise(() => undefined), readWaitMs: 10_000 });
  await createOwnWrites(never, undefined)(ada);
});
