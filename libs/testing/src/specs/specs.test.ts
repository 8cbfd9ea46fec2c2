import type { Draft } from '@threadlog/events';
import { deciderSpec, type SpecifiedDecision } from './deciderSpec';
import { historyOf } from './events';
import { projectionSpec } from './projectionSpec';

const removal: Draft = { type: 'CHAT_USER_REMOVED', data: { user_id: 'ada' } };
const happened: SpecifiedDecision = { kind: 'events', events: [removal] };

describe('deciderSpec', () => {
  const spec = (decide: (command: number, state: number[]) => SpecifiedDecision) =>
    deciderSpec<number[], number, number>({ initial: () => [], evolve: (state, event) => [...state, event], decide });
  const refuse: SpecifiedDecision = { kind: 'refused', problem: { code: 'conflict', errors: [{ pointer: '/a' }] } };

  test('folds what was given, and compares what was decided', () => {
    const given = spec((command, state) => (state.length === command ? happened : { kind: 'unchanged' }));
    given(7, 8).when(2).then(removal);
    given(7, 8)
      .when(2)
      .thenLike({ type: 'CHAT_USER_REMOVED', data: { user_id: 'ada' } });
    given(7).when(2).thenUnchanged();
    spec(() => refuse)()
      .when(0)
      .thenRefused('conflict', '/a');
  });

  test('fails on anything else', () => {
    const outcome = spec(() => happened)().when(0);
    expect(() => outcome.then()).toThrow();
    expect(() => outcome.then(removal, removal)).toThrow();
    expect(() => outcome.thenLike({ type: 'CHAT_USER_REMOVED', data: { user_id: 'bob' } })).toThrow();
    expect(() => outcome.thenUnchanged()).toThrow();
    expect(() => outcome.thenRefused('conflict')).toThrow();
    const refused = spec(() => refuse)().when(0);
    expect(() => refused.thenRefused('gone', '/a')).toThrow();
    expect(() => refused.thenRefused('conflict', '/b')).toThrow();
    expect(() => refused.thenLike()).toThrow();
  });

  test('fails on decisions that change their state or come out differently', () => {
    const careless = spec((command, state) => (state.push(command), happened));
    expect(() => careless().when(1)).toThrow(/changed its state/);
    let calls = 0;
    const fickle = spec(() => (calls++ ? happened : { kind: 'unchanged' }));
    expect(() => fickle().when(1)).toThrow(/differently/);
  });
});

describe('projectionSpec', () => {
  const given = (fold: (rows: Map<string, number>, version: number) => void) =>
    projectionSpec<number>(() => {
      const rows = new Map<string, number>();
      return {
        deliver: (events) => events.forEach((event) => fold(rows, event)),
        dump: () => Object.fromEntries(rows),
      };
    });
  const newest = given((rows, version) => rows.set('version', Math.max(version, rows.get('version') ?? 0)));

  test('passes what repeats cannot change, and compares the outcome', async () => {
    await newest(1, 2, 3).then({ version: 3 });
    await expect(newest(1, 2).then({ version: 3 })).rejects.toThrow();
  });

  test('fails on a projection that counts a repeated event, or that a replay sets back', async () => {
    const counting = given((rows, _version) => rows.set('count', (rows.get('count') ?? 0) + 1));
    await expect(counting(1, 2).then({ count: 2 })).rejects.toThrow(/twice/);
    const first = given((rows, version) => rows.set(`after ${[...rows.keys()].length}`, version));
    await expect(first(1, 2).then({ 'after 0': 1, 'after 1': 2 })).rejects.toThrow(/changed the outcome/);
  });
});

test('a history is numbered from where it is asked to, with its sealed fields sealed', () => {
  const [event] = historyOf([{ type: 'CHAT_THREAD_UPDATED', data: { thread_id: 't1', title: 'Secret' } }], {
    from: 4,
    tenant: 'globex',
  });
  expect(event).toMatchObject({ tenant_id: 'globex', stream_type: 'thread', stream_id: 't1', stream_version: 4 });
  expect(JSON.stringify(event)).not.toContain('Secret');
});
