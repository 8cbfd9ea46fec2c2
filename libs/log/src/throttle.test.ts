import { createThrottle } from './throttle';
import type { Scheduler } from './scheduler';

/** A clock and turns in the test's hands. */
function given(intervalMs: number | (() => number)) {
  let now = 0;
  const turns: (() => void)[] = [];
  const sleeps: { at: number; step: () => void }[] = [];
  const scheduler: Scheduler = {
    soon: (step) => void turns.push(step),
    after(ms, step) {
      sleeps.push({ at: now + ms, step });
      return () => undefined;
    },
  };
  const throttle = createThrottle(typeof intervalMs === 'number' ? () => intervalMs : intervalMs, scheduler, () => now);
  return {
    throttle,
    nextTurn: () => turns.splice(0).forEach((step) => step()),
    to(time: number) {
      now = time;
      for (const due of sleeps.filter(({ at }) => at <= now)) {
        sleeps.splice(sleeps.indexOf(due), 1);
        due.step();
      }
    },
  };
}

it('lets pass what comes after a quiet moment, and all of the same turn', () => {
  const { throttle, nextTurn } = given(10);
  expect([throttle(), throttle()]).toEqual([undefined, undefined]);
  nextTurn();
  expect(throttle()).toBeInstanceOf(Promise);
});

it('opens once in an interval, for all who wait', async () => {
  const { throttle, nextTurn, to } = given(10);
  void throttle();
  nextTurn();
  to(3);
  const passed: string[] = [];
  void throttle()!.then(() => passed.push('one'));
  to(8);
  void throttle()!.then(() => passed.push('other'));
  await Promise.resolve();
  expect(passed).toEqual([]);
  to(10);
  await Promise.resolve();
  expect(passed).toEqual(['one', 'other']);
  nextTurn();
  to(12);
  expect(throttle()).toBeInstanceOf(Promise);
  to(20);
  nextTurn();
  to(31);
  expect(throttle()).toBeUndefined();
});

it('goes by the interval that there is when somebody comes', () => {
  let interval = 20;
  const { throttle, nextTurn, to } = given(() => interval);
  void throttle();
  nextTurn();
  interval = 2;
  to(3);
  expect(throttle()).toBeUndefined();
  nextTurn();
  interval = 20;
  to(6);
  expect(throttle()).toBeInstanceOf(Promise);
});

it('is always open without an interval', () => {
  const { throttle, nextTurn } = given(0);
  expect(throttle()).toBeUndefined();
  nextTurn();
  expect(throttle()).toBeUndefined();
});
