import { createPace } from './pace';

/** A pace whose clock and timers are the test's. */
function given(minIntervalMs: number) {
  const state = { now: 0, own: false, maybe: false };
  const timers: { at: number; step: () => void }[] = [];
  const clock = {
    now: () => state.now,
    after(ms: number, step: () => void) {
      const timer = { at: state.now + ms, step };
      timers.push(timer);
      return () => void timers.splice(timers.indexOf(timer), 1);
    },
  };
  const pace = createPace(() => minIntervalMs, { areOwn: () => state.own, mayBeOwn: () => state.maybe }, clock);
  const done: number[] = [];
  return {
    ...{ state, pace, done },
    next: () => void Promise.resolve(pace.next()).then(() => done.push(state.now)),
    async to(now: number) {
      state.now = now;
      for (const due of timers.filter(({ at }) => at <= now)) {
        timers.splice(timers.indexOf(due), 1);
        due.step();
      }
      await new Promise(setImmediate);
    },
  };
}

it('is the usual one for what others append, and nothing is held where its time is over', async () => {
  const { pace, next, to, done } = given(2);
  pace.started();
  next();
  await to(1);
  expect(done).toEqual([]);
  await to(2);
  expect(done).toEqual([2]);
  expect(pace.next()).toBeUndefined();
});

it('is slow where all was our own, which is known once the acks have come', async () => {
  const { state, pace, next, to, done } = given(2);
  pace.started();
  next();
  state.own = true;
  await to(2);
  await to(99);
  expect(done).toEqual([]);
  await to(100);
  expect(done).toEqual([100]);
});

it('waits a moment for an ack that may show that all was our own, and goes on where it does not', async () => {
  const { state, pace, next, to, done } = given(2);
  pace.started();
  await to(50);
  state.maybe = true;
  next();
  await to(54);
  expect(done).toEqual([]);
  state.own = true;
  await to(55);
  await to(99);
  expect(done).toEqual([]);
  await to(100);
  expect(done).toEqual([100]);

  pace.started();
  state.own = false;
  await to(150);
  next();
  await to(155);
  expect(done).toEqual([100, 155]);
});

it('is slow without a usual one too', async () => {
  const { state, pace, next, to, done } = given(0);
  pace.started();
  state.own = true;
  next();
  await to(99);
  expect(done).toEqual([]);
  await to(100);
  expect(done).toEqual([100]);
});

it('is given up where something is wanted that only a fetch can bring', async () => {
  const { state, pace, next, to, done } = given(2);
  state.own = true;
  pace.started();
  next();
  next();
  await to(2);
  state.own = false;
  pace.hurry();
  await to(3);
  expect(done).toEqual([3, 3]);
});
