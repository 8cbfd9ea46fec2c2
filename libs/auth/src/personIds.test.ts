import { idSchema, partitionOfKey, recordKey, rootThreadId, streamName, tenantId } from '@threadlog/events';
import fc from 'fast-check';
import { anyPersonIdSchema, isMappedId, personIdOf, personIdSchema } from './personIds';

const TENANT = tenantId('acme');

/** As identity providers make them, and what people try. */
const NAMES = [
  'auth0|6501a',
  'google-oauth2|1042',
  'https://login.example/realms/a?user=1#x',
  'CN=Ada Lovelace,OU=Maths,O=Example',
  'EXAMPLE\\ada',
  "o'hara",
  'ada lovelace',
  ' ada',
  'аda',
  'é',
  'e\u0301',
  'مريم',
  '花子',
  '👩‍👩‍👧‍👦',
  '../../etc/passwd',
  '%2e%2e',
  'a/b',
  'a~b',
  '__proto__',
  'x'.repeat(129),
  'x'.repeat(255),
  '花'.repeat(255),
  '🙂'.repeat(255),
];
const REFUSED = ['', '.', '..', 'x'.repeat(256), '🙂'.repeat(256), 'a\0', 'a\nb', 'a\u0085', '\ud83d', 'a\udc00b'];

const names = fc.oneof(
  fc.string({ unit: 'binary', minLength: 1, maxLength: 255 }),
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 60 }),
  fc.stringMatching(/^[A-Za-z0-9._@|+-]{1,128}$/),
  fc.stringMatching(/^[./~%\\ae2]{1,6}$/),
  fc.constantFrom(...NAMES),
);
const valid = names.filter((name) => personIdSchema.safeParse(name).success);

test.each(NAMES)('%j has an id that can stand in an event, and so has its id', (name) => {
  const id = personIdSchema.parse(name);
  expect(idSchema.safeParse(id).success).toBe(true);
  expect(personIdSchema.parse(id)).toBe(id);
});

test.each(REFUSED)('%j names nobody', (name) => {
  expect(personIdSchema.safeParse(name).success).toBe(false);
});

test('the rule does not change: ids are for ever', () => {
  expect(personIdOf('ada')).toBe('ada');
  expect(personIdOf('a@b.example|x+1')).toBe('a@b.example|x+1');
  expect(personIdOf('https://login.example/ada')).toBe('sub.sha256.SBSlc7-nZpCaeY8gbRX2R70ukHshM2Lyfk-qfpLTqzE');
});

test('people of former builds whose id nobody gets any more can still be named where data are erased', () => {
  for (const id of ['.', '..']) expect(anyPersonIdSchema.parse(id)).toBe(id);
  expect(anyPersonIdSchema.parse('a/b')).toBe(personIdOf('a/b'));
});

test('what could be an id stays it, byte by byte; everything else becomes an id that is recognised', () => {
  fc.assert(
    fc.property(valid, (name) => {
      const id = personIdOf(name);
      if (/^[A-Za-z0-9._@|+-]{1,128}$/.test(name)) expect(id).toBe(name);
      else expect(isMappedId(id)).toBe(true);
    }),
    { numRuns: 2_000 },
  );
});

/** What is addressed by a person's id, of two people at a time. */
const places: Record<string, (id: string) => string> = {
  'the id': (id) => id,
  'the record key': (id) => recordKey({ tenantId: TENANT, type: 'user', id }),
  'the key of a stream in memory': (id) => streamName({ tenantId: TENANT, type: 'privacy', id }),
  'a path': (id) => new URL(`/threads/t/participants/${encodeURIComponent(id)}`, 'http://x').pathname,
  'a path, not encoded': (id) => new URL(`/threads/t/participants/${id}`, 'http://x').pathname,
  'what a sub-thread is told from its root by': (id) => rootThreadId(id),
};

test.each(Object.entries(places))('two names never share %s', (_, placeOf) => {
  fc.assert(
    fc.property(valid, valid, (one, other) => {
      const [a, b] = [personIdOf(one), personIdOf(other)];
      // A name that is another's id is the same person in a request, and no token may have it.
      if (a === b) expect(one === other || isMappedId(one) || isMappedId(other)).toBe(true);
      else expect(placeOf(a)).not.toBe(placeOf(b));
    }),
    { numRuns: 2_000 },
  );
});

test('every id is one segment of a path below its place, and nothing else', () => {
  fc.assert(
    fc.property(valid, (name) => {
      const { pathname, search, hash } = new URL(`/p/${personIdOf(name)}`, 'http://x');
      expect([decodeURIComponent(pathname), search, hash]).toEqual([`/p/${personIdOf(name)}`, '', '']);
      expect(partitionOfKey(places['the record key']!(personIdOf(name)), 12)).toBeGreaterThanOrEqual(0);
    }),
    { numRuns: 1_000 },
  );
});
