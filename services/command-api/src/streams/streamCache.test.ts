import { tenantId } from '@threadlog/events';
import { beginning, type DecidedStream } from '@threadlog/read-models';
import { createOverlay } from './overlay';
import type { ReadModel, StreamSnapshot } from './ports';
import { createStreamCache } from './streamCache';

const THREAD: DecidedStream = { tenantId: tenantId('acme'), type: 'thread', id: 'thread-1' };
const stateAt = (version: number) => ({ ...beginning('thread'), version });
const SNAPSHOT: StreamSnapshot = {
  ...{ checkpoint: { nextOffset: 9, maxEpoch: 1 }, state: stateAt(3), gap: 0, lastTimestamp: null, parked: false },
  ...{ receipts: [], receiptsComplete: true },
};

/** A cache, and the reads under way: each answers when it is told to. */
function given() {
  const reads: ((snapshot: Partial<StreamSnapshot>) => void)[] = [];
  const loadStream = () =>
    new Promise<StreamSnapshot>((resolve) => reads.push((with_) => resolve({ ...SNAPSHOT, ...with_ })));
  const readModel = { loadStream } as unknown as ReadModel;
  const cache = createStreamCache({ partition: 0, overlay: createOverlay(0), readModel, windowStart: () => '' });
  return { cache, reads };
}

test('a stream that was replayed while it was read is read once more, and not parked for good', async () => {
  const { cache, reads } = given();
  const loading = cache.load(THREAD);
  await Promise.resolve();
  cache.setParked(new Set());
  reads[0]!({ parked: true });
  await new Promise(setImmediate);
  expect(cache.get(THREAD)).toBeUndefined();
  reads[1]!({ parked: false, state: stateAt(4) });
  await loading;
  expect(cache.get(THREAD)).toMatchObject({ parked: false, state: { version: 4 } });
});

test('what is loaded is forgotten when something else is parked', async () => {
  const { cache, reads } = given();
  const loading = cache.load(THREAD);
  await Promise.resolve();
  reads[0]!({});
  await loading;
  expect(cache.get(THREAD)).toMatchObject({ state: { version: 3 } });
  cache.setParked(new Set(['acme/thread/thread-2']));
  expect(cache.get(THREAD)).toBeUndefined();
  expect([cache.isParked('acme/thread/thread-1'), cache.isParked('acme/thread/thread-2')]).toEqual([false, true]);
});
