import fc from 'fast-check';
import { EVENT_TYPES, eventsOfType } from './arbitrary.testing';
import { decodeEvent } from './codec';
import { makeStorable } from './storable';

const [reaction] = fc.sample(eventsOfType('CHAT_REACTION_ADDED'), 1);
const [preference] = fc.sample(eventsOfType('CHAT_THREAD_PREFERENCES_CHANGED'), 1);
const decodeWith = (event: object, data: object) =>
  decodeEvent(Buffer.from(JSON.stringify({ ...event, data: { ...(event as { data: object }).data, ...data } })));

test.each([
  ['half of a pair', '\ud83d', '\u{fffd}'],
  ['the other half', '\ude00', '\u{fffd}'],
  ['a whole pair', '\ud83d\ude00', '\ud83d\ude00'],
  ['a pair and a half', '\ud83d\ude00\ud83d', '\ud83d\ude00\u{fffd}'],
])('an emoji that is %s is read so that stores take it', (_name, written, read) => {
  expect(decodeWith(reaction!, { emoji: written })).toMatchObject({
    kind: 'event',
    mended: read !== written,
    event: { data: { emoji: read } },
  });
});

test('a whole emoji that was written as escapes is read as what it is', () => {
  const text = JSON.stringify({ ...reaction, data: { ...(reaction!.data as object), emoji: 'X' } });
  const escaped = text.replace('"emoji":"X"', '"emoji":"\\ud83d\\ude00"');
  expect(decodeEvent(Buffer.from(escaped))).toMatchObject({
    kind: 'event',
    mended: false,
    event: { data: { emoji: '😀' } },
  });
});

test.each([
  ['9999-12-31T23:59:59-01:00', '9999-12-31T23:59:59.999999Z'],
  ['0000-01-01T00:00:00+01:00', '0001-01-01T00:00:00.000000Z'],
])('a mute until %s, as former builds wrote it, is read as the first or last time there is', (given, read) => {
  const written = `${new Date(given).toISOString().slice(0, -1)}000Z`;
  expect(decodeWith(preference!, { muted_until: written })).toMatchObject({
    kind: 'event',
    mended: true,
    event: { data: { muted_until: read } },
  });
});

test('a time that is none stays undecodable', () => {
  expect(decodeWith(preference!, { muted_until: 'tomorrow' })).toMatchObject({ kind: 'undecodable' });
});

test.each(EVENT_TYPES)('%s without such text is read as it was written', (type) => {
  fc.assert(
    fc.property(eventsOfType(type), (event) => {
      const copy = structuredClone(event);
      makeStorable(copy);
      expect(copy).toEqual(JSON.parse(JSON.stringify(event).toWellFormed()));
    }),
    { numRuns: 10 },
  );
});

test('any JSON comes out storable', () => {
  fc.assert(
    fc.property(fc.jsonValue({ stringUnit: 'binary', maxDepth: 5 }), (value) => {
      const holder = JSON.parse(JSON.stringify({ value })) as { value: unknown };
      makeStorable(holder);
      const texts: string[] = [];
      JSON.stringify(holder, (_name, found: unknown) => (typeof found === 'string' && texts.push(found), found));
      expect(texts.filter((text) => !text.isWellFormed() || text.includes('\0'))).toEqual([]);
    }),
  );
});

test('depth beyond what calls can do, and odd names, are nothing special', () => {
  const deep = `{"a":${'['.repeat(200_000)}"\\ud800"${']'.repeat(200_000)}}`;
  makeStorable(JSON.parse(deep) as object);
  const odd = JSON.parse('{"__proto__":"\\ud800"}') as Record<string, unknown>;
  makeStorable(odd);
  expect(Object.entries(odd)).toEqual([['__proto__', '\u{fffd}']]);
  expect(({} as Record<string, unknown>).polluted).toBeUndefined();
});
