import { createStore } from './store.ts';

const turn = () => new Promise<void>((resolve) => setTimeout(resolve, 0));

function given() {
  const state = { value: 0, active: 0, idle: 0, reported: [] as unknown[] };
  const store = createStore({
    build: () => ({ value: state.value }),
    onActive: () => void (state.active += 1),
    onIdle: () => void (state.idle += 1),
    report: (error) => void state.reported.push(error),
  });
  return { state, store };
}

it('gives the same snapshot until something changes, and tells once for all changes of a turn', async () => {
  const { state, store } = given();
  const told = jest.fn();
  store.subscribe(told);
  expect(store.getSnapshot()).toBe(store.getSnapshot());
  for (state.value = 1; state.value < 9; state.value++) store.changed();
  await turn();
  expect(told).toHaveBeenCalledTimes(1);
  expect(store.getSnapshot()).toEqual({ value: 9 });
});

it('calls nobody who left in the callback of another, and one listener twice where it came twice', async () => {
  const { state, store } = given();
  const calls: string[] = [];
  const stops = new Map<string, () => void>();
  const leave = () => stops.get('b')!();
  stops.set(
    'a',
    store.subscribe(() => void (calls.push('a'), leave(), stops.get('a')!())),
  );
  stops.set(
    'b',
    store.subscribe(() => void calls.push('b')),
  );
  const twice = () => void calls.push('c');
  const [one, other] = [store.subscribe(twice), store.subscribe(twice)];
  store.changed();
  await turn();
  expect(calls).toEqual(['a', 'c', 'c']);
  one();
  one();
  expect(state.idle).toBe(0);
  other();
  expect([state.active, state.idle]).toEqual([1, 1]);
});

it('tells all others where one listener throws', async () => {
  const { state, store } = given();
  const told = jest.fn();
  store.subscribe(() => {
    throw new Error('no');
  });
  store.subscribe(told);
  store.changed();
  await turn();
  expect([told.mock.calls.length, state.reported]).toEqual([1, [new Error('no')]]);
});
