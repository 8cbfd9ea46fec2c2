import fc from 'fast-check';
import { appendFault } from './appendable';
import { EVENT_TYPES, eventsOfType } from './arbitrary.testing';
import { definitionOf } from './catalogue';
import { decodeEvent, encodeEvent } from './codec';
import type { ChatEvent } from './envelope';

const TYPES = EVENT_TYPES.filter((type) => definitionOf(type)!.stream !== 'control');
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/;

type Path = readonly (string | number)[];

/** As the command API makes them: the pattern of a time alone allows a 99th of a 99th month. */
const events = (type: (typeof TYPES)[number]): fc.Arbitrary<ChatEvent> =>
  eventsOfType(type).map((event) =>
    changed(event as ChatEvent, (value) =>
      typeof value === 'string' && TIME.test(value) ? '2026-01-15T10:30:00.000000Z' : value,
    ),
  );

function changed(event: ChatEvent, change: (value: unknown, path: Path) => unknown): ChatEvent {
  const walk = (value: unknown, path: Path): unknown => {
    if (typeof value !== 'object' || value === null) return change(value, path);
    const entries = Object.entries(value).map(([name, member]) => [name, walk(member, [...path, name])] as const);
    return Array.isArray(value) ? entries.map(([, member]) => member) : Object.fromEntries(entries);
  };
  return walk(event, []) as ChatEvent;
}

function leavesOf(event: ChatEvent): Path[] {
  const paths: Path[] = [];
  changed(event, (value, path) => {
    paths.push(path);
    return value;
  });
  return paths;
}

/** What no store, or no reader, takes at any place of any event. */
const HOSTILE: readonly unknown[] = [
  '\ud83d',
  '\udc00',
  '\0',
  'a\0b',
  '+010000-01-01T00:59:59.000000Z',
  '2026-02-30T00:00:00.000000Z',
  NaN,
  Infinity,
  -1.5,
  2 ** 53,
  {},
  [[[[[[[['deep']]]]]]]],
  () => 1,
  10n,
  'x'.repeat(300_000),
];

test.each(TYPES)('any %s as registered may be appended, and is read as it was', (type) => {
  fc.assert(
    fc.property(events(type), (event) => {
      expect(appendFault(event)).toBeNull();
      const decoded = decodeEvent(encodeEvent(event).value);
      expect(decoded).toEqual({ kind: 'event', mended: false, event: JSON.parse(JSON.stringify(event)) as unknown });
    }),
    { numRuns: 25 },
  );
});

/** Where an id may have the form of a time, what it says does not matter. */
const LIKE_TIMES = HOSTILE.filter((value) => typeof value === 'string' && value.endsWith('Z'));

test.each(TYPES)('%s is not appended with a hostile value in any of its leaves', (type) => {
  fc.assert(
    fc.property(events(type), fc.constantFrom(...HOSTILE), (event, hostile) => {
      for (const leaf of leavesOf(event)) {
        const name = leaf.join('.');
        const attacked = changed(event, (value, path) => (path.join('.') === name ? hostile : value));
        if (appendFault(attacked) !== null) continue;
        expect({ name, one: LIKE_TIMES.includes(hostile) }).toEqual({ name, one: true });
        expect(decodeEvent(encodeEvent(attacked).value)).toMatchObject({ kind: 'event' });
      }
    }),
    { numRuns: 20 },
  );
});
