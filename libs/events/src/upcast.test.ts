import fc from 'fast-check';
import { z } from 'zod';
import { EVENT_TYPES, eventsOfType } from './arbitrary.testing';
import { definitionOf, type EventDefinition } from './catalogue';
import { createReader } from './reader';
import { upcast, UPCASTERS, type RawEvent, type Upcasters } from './upcast';

/** A type in its third version: once `{name}`, then `{first, last}`, now `{names: []}`. */
const definition: EventDefinition = {
  stream: 'user',
  version: 3,
  sealed: [],
  data: z.strictObject({ names: z.array(z.string()) }),
};
const upcasters: Upcasters = {
  CHAT_NAMED: {
    1: ({ name }) => {
      const [first, last] = (name as string).split(' ');
      return { first, last };
    },
    2: ({ first, last }, event) => ({ names: [first, last, `at ${String(event.timestamp)}`] }),
  },
};
const decode = createReader({ CHAT_NAMED: definition }, upcasters);

const [envelope] = fc.sample(eventsOfType('CHAT_USER_REMOVED'), 1);
const named = (schema_version: number, data: object): RawEvent => ({
  ...envelope!,
  event_type: 'CHAT_NAMED',
  schema_version,
  data,
});
const bytes = (event: unknown) => Buffer.from(JSON.stringify(event));
const lifted = (first: string, last: string) => ({
  kind: 'event',
  mended: false,
  event: named(3, { names: [first, last, `at ${envelope!.timestamp}`] }),
});

test('every version is lifted to the current one, step by step', () => {
  expect(decode(bytes(named(1, { name: 'Ada Lovelace' })))).toEqual(lifted('Ada', 'Lovelace'));
  expect(decode(bytes(named(2, { first: 'Grace', last: 'Hopper' })))).toEqual(lifted('Grace', 'Hopper'));
  expect(decode(bytes(named(3, { names: ['Barbara'] })))).toMatchObject({ event: { data: { names: ['Barbara'] } } });
});

test('the outcome is checked as the current version, and an upcaster that fails quarantines its record only', () => {
  expect(decode(bytes(named(2, { first: 'Grace' })))).toEqual({
    kind: 'undecodable',
    reason: 'data.names.1: invalid_type',
  });
  expect(decode(bytes(named(1, {})))).toEqual({ kind: 'undecodable', reason: 'schema_version 1 cannot be lifted' });
  expect(decode(bytes(named(4, {})))).toEqual({ kind: 'undecodable', reason: 'schema_version 4 is not known' });
});

test('a gap in the chain is undecodable', () => {
  const gappy = createReader({ CHAT_NAMED: definition }, { CHAT_NAMED: { 2: upcasters.CHAT_NAMED![2]! } });
  expect(gappy(bytes(named(1, { name: 'Ada' })))).toMatchObject({ kind: 'undecodable' });
});

test('lifting does not touch the event it was given', () => {
  const event = named(1, { name: 'Ada Lovelace' });
  const before = JSON.stringify(event);
  expect(upcast(event, 3, upcasters)).not.toBe(event);
  expect(JSON.stringify(event)).toBe(before);
});

test('the catalogue’s own chains are whole', () => {
  const gaps = EVENT_TYPES.flatMap((type) => {
    const { version } = definitionOf(type)!;
    const steps = Array.from({ length: version - 1 }, (_, index) => index + 1);
    return steps.filter((from) => !UPCASTERS[type]?.[from]).map((from) => `${type} ${from}`);
  });
  expect(gaps).toEqual([]);
  expect(Object.keys(UPCASTERS).filter((type) => !definitionOf(type))).toEqual([]);
});
