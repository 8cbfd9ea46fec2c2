import { judged, waysOf } from './postgres';

const session = { pid: 700, told: 700, version: '18.4' };

test.each([
  ['DATABASE_URL', /DATABASE_PREPARED=false/],
  ['DATABASE_DIRECT_URL', /past the pooler/],
] as const)(
  'given a pooler that lets everything through, when %s is to be the server itself, then it is a fault',
  (variable, cure) => {
    const found = judged({ variable, pooler: false }, { ...session, told: 12 });
    expect(found).toMatchObject({ check: variable, state: 'fault', cure: expect.stringMatching(cure) });
  },
);

test('given a pooler that is expected, or the server itself, then all is well', () => {
  expect(judged({ variable: 'DATABASE_URL', pooler: true }, { ...session, told: 12 }).state).toBe('ok');
  expect(judged({ variable: 'DATABASE_URL', pooler: false }, session).state).toBe('ok');
});

test('given a server that is too old, then that is a warning', () => {
  expect(judged({ variable: 'DATABASE_URL', pooler: false }, { ...session, version: '13.2' }).state).toBe('warning');
});

test('every database of a configuration is looked at', () => {
  const config = { DATABASE_URL: 'a', DATABASE_DIRECT_URL: 'b', KEYSTORE_DATABASE_URL: 'c', DATABASE_PREPARED: false };
  expect(waysOf(config as never).map(({ variable, pooler }) => [variable, pooler])).toEqual([
    ['DATABASE_URL', true],
    ['DATABASE_DIRECT_URL', false],
    ['KEYSTORE_DATABASE_URL', true],
  ]);
});
