import { createLateLanes } from './lateLanes';

const NONE = new Map<string, Date>();

test('a lane whose delivery waits is taken when it is due, once, until it is released', () => {
  const lanes = createLateLanes(new Map([['a', new Date(1_000)]]));
  expect(lanes.take(999)).toBeNull();
  expect(lanes.take(1_000)).toBe('a');
  expect(lanes.take(1_000)).toBeNull();
  lanes.release('a', 5_000);
  expect(lanes.take(4_999)).toBeNull();
  expect(lanes.take(5_000)).toBe('a');
});

test('what a batch is about to note is not looked for yet', () => {
  const lanes = createLateLanes(NONE);
  lanes.note('a', { dueAt: 0, busy: false });
  expect([lanes.has('a'), lanes.take(1)]).toEqual([true, null]);
  lanes.noted('a');
  expect(lanes.take(1)).toBe('a');
});

test('a lane of which nothing is left ends, but not while a batch is about to note more of it', () => {
  const lanes = createLateLanes(new Map([['a', new Date(0)]]));
  expect(lanes.take(1)).toBe('a');
  lanes.note('a', { dueAt: 7, busy: false });
  // The store was looked into before the batch wrote.
  expect(lanes.end('a')).toBe(false);
  expect([lanes.has('a'), lanes.take(100)]).toEqual([true, null]);
  lanes.noted('a');
  expect(lanes.take(100)).toBe('a');
  expect(lanes.end('a')).toBe(true);
  expect([lanes.has('a'), lanes.size]).toEqual([false, 0]);
});

test('an attempt that is under way keeps others from its lane', () => {
  const lanes = createLateLanes(NONE);
  lanes.note('a', { dueAt: 0, busy: true });
  lanes.noted('a');
  expect(lanes.take(100)).toBeNull();
  lanes.release('a', 50);
  expect(lanes.take(100)).toBe('a');
});

test('a lane that was tried stands behind the others', () => {
  const lanes = createLateLanes(
    new Map([
      ['a', new Date(0)],
      ['b', new Date(0)],
    ]),
  );
  expect(lanes.take(1)).toBe('a');
  lanes.release('a', 0);
  expect([lanes.take(1), lanes.take(1), lanes.take(1)]).toEqual(['b', 'a', null]);
});
