import { isMicroTimestamp, isText, like } from './like';

describe('what an answer must be like', () => {
  test.each<[string, unknown, unknown]>([
    ['more fields than are named', { a: 1, b: 2 }, { a: 1 }],
    ['what a predicate takes', { id: 'x' }, { id: isText }],
    ['elements one by one', [{ a: 1, b: 2 }, { a: 3 }], [{ a: 1 }, {}]],
    ['null', { a: null }, { a: null }],
  ])('takes %s', (_name, actual, expected) => like(actual, expected));

  test.each<[string, unknown, unknown, string]>([
    ['another value', { a: { b: 1 } }, { a: { b: 2 } }, 'body.a.b is 1, not 2'],
    ['a missing field', {}, { a: null }, 'body.a is undefined, not null'],
    ['a list that is longer', [1, 2], [1], 'body has 2 items, not 1'],
    ['a list that is shorter', [], [{}], 'body has 0 items, not 1'],
    ['an object for a list', {}, [], 'body is {}, not a list'],
    ['null for an object', { a: null }, { a: {} }, 'body.a is null'],
    ['what a predicate refuses', { at: '2026-01-01' }, { at: isMicroTimestamp }, 'body.at'],
  ])('refuses %s, and says where', (_name, actual, expected, message) => {
    expect(() => like(actual, expected)).toThrow(message);
  });
});
