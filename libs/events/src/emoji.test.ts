import fc from 'fast-check';
import { emojiSchema } from './catalogue/message';
import { canonicalEmoji, emojiIdentity, loggedEmoji } from './emoji';
import { REWRITTEN } from './generate/compatibility';
import { emojiInputSchema, formerEmojiInputSchema } from './inputs';

/** What events were checked against when reactions were written as they came. */
const FORMER = /^(?:[a-z0-9_+-]{1,64}|[^\s\p{L}\p{Cc}<>&]{1,32})$/u;

/** Spellings of one emoji each, the canonical one first. */
const ALIKE: string[][] = [
  ['❤️', '❤', '❤\ufe0e', '❤\ufe0f\ufe0f'],
  ['ℹ️', 'ℹ', 'information_source', ':information_source:', 'Information_Source'],
  ['©️', '©'],
  ['™️', '™'],
  ['Ⓜ️', 'Ⓜ'],
  ['👍', '👍\ufe0f'],
  ['☝🏽', '☝️🏽'],
  ['👁️‍🗨️', '👁‍🗨', '👁️‍🗨', '👁‍🗨️'],
  ['⛹🏻‍♂️', '⛹🏻‍♂'],
  ['🏳️‍🌈', '🏳‍🌈'],
  ['❤️‍🔥', '❤‍🔥'],
  ['1️⃣', '1⃣'],
  ['#️⃣', '#⃣'],
  ['👩‍👩‍👧‍👦'],
  ['🧑🏽‍🤝‍🧑🏿'],
  ['👩🏽‍👩🏽‍👧🏽‍👦🏽'],
  ['🏴󠁧󠁢󠁥󠁮󠁧󠁿'],
  ['🇩🇪'],
  ['🐈‍⬛'],
  ['thumbs_up', ':thumbs_up:', 'Thumbs_Up', ':THUMBS_UP:'],
  ['+1', ':+1:'],
  ['-1'],
  ['+1::skin-tone-2', ':+1::skin-tone-2:', ':+1::Skin-Tone-2:', '+1_skin-tone-2'],
];
const NONE = [
  ...[
    '',
    ' ',
    '.',
    '..',
    '!',
    '?!',
    '…',
    '+',
    '-',
    '_',
    '--',
    '#',
    '*',
    ':',
    '::',
    ':a',
    'a:',
    ':a::',
    'very good',
    'é',
    'ж',
  ],
  ...['\u200d', '\ufe0f', '\ufe0e\ufe0f', '\u20e3', '\u2060', '\ufeff', '\u00ad', '\u202e', '\ud83d', '\ude00', '\0'],
  ...['👍👍', '👍 ', ' 👍', '👍!', '❤️❤️', '🇩', '🇩🇪🇫🇷', '👩‍', '‍👩', 'a👍', '👍🏽🏽', '<b>', '&', '×', '→', '€'],
  ...['+1::skin-tone-1', '+1::skin-tone-7', '+1:skin-tone-2', 'x'.repeat(65), `${'x'.repeat(60)}::skin-tone-2`],
  '👍'.repeat(60),
];

test.each(ALIKE.flatMap(([canonical, ...others]) => [canonical!, ...others].map((one) => [one, canonical!])))(
  '%j is %s',
  (spelling, canonical) => {
    expect(canonicalEmoji(spelling)).toBe(canonical);
    expect(emojiInputSchema.parse(spelling)).toBe(canonical);
    expect(formerEmojiInputSchema.parse(spelling)).toBe(canonical);
  },
);

test.each(NONE)('%j is no emoji', (text) => {
  expect(canonicalEmoji(text)).toBeNull();
  expect(emojiInputSchema.safeParse(text).success).toBe(false);
});

/** Every character that is an emoji by itself, with and without selectors and skin tones. */
const CHARACTERS = Array.from({ length: 0x20000 }, (_, code) => code)
  .filter((code) => (code < 0xd800 || code > 0xdfff) && /^\p{Emoji}$/u.test(String.fromCodePoint(code)))
  .map((code) => String.fromCodePoint(code));

test('every emoji of one character is one, and has one form', () => {
  const alone = CHARACTERS.filter((one) => !/^[0-9#*]$|^\p{Regional_Indicator}$/u.test(one));
  expect(alone.length).toBeGreaterThan(1_300);
  for (const one of alone) {
    const forms = new Set(['', '\ufe0e', '\ufe0f'].map((selector) => canonicalEmoji(one + selector)));
    expect([one, forms.size, forms.has(null)]).toEqual([one, 1, false]);
  }
});

const spellings = fc.oneof(
  fc.constantFrom(...ALIKE.flat(), ...NONE),
  fc.constantFrom(...CHARACTERS),
  fc
    .array(fc.constantFrom(...CHARACTERS, '\u200d', '\ufe0f', '\ufe0e', '🏽', '\u20e3', '🇩', '🇪'), { maxLength: 7 })
    .map((parts) => parts.join('')),
  fc.stringMatching(/^:?[A-Za-z0-9_+-]{1,20}(::skin-tone-[1-7]|_skin-tone-[2-6])?:?$/),
  fc.string({ unit: 'binary', maxLength: 4 }),
);

test('a canonical form is its own, is found again in an event, and can be read by former builds', () => {
  fc.assert(
    fc.property(spellings, (text) => {
      const canonical = canonicalEmoji(text);
      if (canonical === null) return;
      expect(canonicalEmoji(canonical)).toBe(canonical);
      const logged = loggedEmoji(canonical);
      expect(emojiIdentity(logged)).toBe(canonical);
      expect([logged, FORMER.test(logged), emojiSchema.safeParse(logged).success]).toEqual([logged, true, true]);
      expect(encodeURIComponent(canonical)).not.toMatch(/^\.{1,2}$/);
    }),
    { numRuns: 20_000 },
  );
});

test('readers take everything that former builds wrote, under an identity that stays', () => {
  expect(REWRITTEN.map(({ former }) => former)).toContain(FORMER.source);
  expect(REWRITTEN.map(({ current }) => current)).toContain(
    (emojiSchema.toJSONSchema() as { pattern: string }).pattern,
  );
  fc.assert(
    fc.property(spellings, (text) => {
      if (!FORMER.test(text)) return;
      expect([text, emojiSchema.safeParse(text).success]).toEqual([text, true]);
      expect(emojiIdentity(emojiIdentity(text))).toBe(emojiIdentity(text));
    }),
    { numRuns: 20_000 },
  );
});

test('what former builds let in can be taken back by the name it has, but by no dots', () => {
  for (const text of ['!', '👍👍', '…', '\ufe0f']) expect(formerEmojiInputSchema.parse(text)).toBe(text);
  for (const text of ['.', '..', '', 'a b', '\ud83d', 'é'.repeat(99)])
    expect(formerEmojiInputSchema.safeParse(text).success).toBe(false);
});
