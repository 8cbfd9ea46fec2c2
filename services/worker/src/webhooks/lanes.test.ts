import { createLanes } from './lanes';

function given(...late: [name: string, dueAt: number][]) {
  const lanes = createLanes();
  for (const [name, dueAt] of late) lanes.makeLate(lanes.of(name), dueAt);
  const take = (now: number) => lanes.takeDue(now)?.name ?? null;
  return { lanes, take };
}

test('a lane whose delivery waits is taken when it is due, once, until it is released', () => {
  const { lanes, take } = given(['a', 1_000]);
  expect(take(999)).toBeNull();
  expect(take(1_000)).toBe('a');
  expect(take(1_000)).toBeNull();
  lanes.release(lanes.of('a'), 5_000);
  expect([take(4_999), take(5_000)]).toEqual([null, 'a']);
});

test('what is on its way into the store is not looked for yet', () => {
  const { lanes, take } = given();
  const lane = lanes.of('a');
  lane.unsaved = 1;
  lanes.makeLate(lane, 0);
  expect(take(1)).toBeNull();
  lanes.stored(lane);
  expect(take(1)).toBe('a');
});

test.each([
  ['before the store was looked into, and came there later', 1, 0],
  ['meanwhile', 0, 1],
])('a lane does not end where more was noted %s', (_when, before, meanwhile) => {
  const { lanes, take } = given(['a', 0]);
  const lane = lanes.of('a');
  const note = () => Object.assign(lane, { noted: lane.noted + 1, unsaved: lane.unsaved + 1 });
  expect(take(1)).toBe('a');
  for (let n = 0; n < before; n += 1) note();
  const inStore = lane.noted - lane.unsaved;
  for (let n = 0; n < meanwhile; n += 1) note();
  lanes.stored(lane);
  lanes.end(lane, inStore);
  expect([lane.late, lanes.late, take(1)]).toEqual([true, 1, 'a']);
  lanes.end(lane, lane.noted - lane.unsaved);
  expect([lanes.late, lanes.size]).toEqual([0, 0]);
});

test('lanes that fail again and again do not keep those from being tried that came later', () => {
  const { lanes, take } = given(['a', 0], ['b', 0], ['c', 0]);
  for (const name of ['a', 'b', 'c', 'a', 'b']) {
    expect(take(1)).toBe(name);
    lanes.release(lanes.of(name), 0);
  }
});

test('a lane that takes everything is forgotten', () => {
  const { lanes } = given();
  const lane = lanes.of('a');
  lane.busy = true;
  lanes.release(lane, 0);
  expect(lanes.size).toBe(0);
});
