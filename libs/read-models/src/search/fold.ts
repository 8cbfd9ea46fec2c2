/**
 * The one rule of what does not count in a search: case, width, diacritics, points, forms of the same letter, digits of
 * another script, and characters that are not seen at all. Index, queries and the check of opened texts all fold by it,
 * so they cannot disagree. A change of it needs a new revision of the read model, for the index holds folded words.
 */

/** Longer pieces are cut: nobody looks for one, and to put thousands of marks in order takes quadratic time. */
const PIECE_UNITS = 256;

const ASCII = /^[\x20-\x7e]*$/;
/** Soft hyphens, zero-width characters, marks of direction, variation selectors. */
export const UNSEEN = String.raw`\p{Default_Ignorable_Code_Point}`;
const UNSEEN_ONES = new RegExp(`${UNSEEN}+`, 'gv');
const ALPHABETIC_MARKS = /([\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}])\p{M}+/gu;
/** Points and vowel signs that Hebrew and Arabic texts have or leave out, and the stretching tatweel. */
const OPTIONAL_MARKS = /[\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed\u0640]/g;
const DIGITS = /(?![0-9])\p{Nd}/gu;
/** `㈱` becomes `(株)` and `⑴` `(1)`. */
const PARENTHESES = /[()]/g;

/**
 * Letters that are written for one another and that no form of Unicode brings together. Of Arabic those that Persian,
 * Urdu and keyboards without them exchange: forms of alef, yeh, kaf and heh, as search engines commonly fold them.
 */
const WRITTEN_FOR: Record<string, string> = {
  ...{ ß: 'ss', ø: 'o', ł: 'l', đ: 'd', æ: 'ae', œ: 'oe', ı: 'i', ς: 'σ' },
  ...{ '\u0671': '\u0627', '\u0672': '\u0627', '\u0673': '\u0627' },
  ...{ '\u0649': '\u064a', '\u06cc': '\u064a', '\u06d2': '\u064a', '\u06cd': '\u064a', '\u06d0': '\u064a' },
  ...{ '\u06a9': '\u0643', '\u06aa': '\u0643' },
  ...{ '\u0629': '\u0647', '\u06c1': '\u0647', '\u06c3': '\u0647', '\u06be': '\u0647', '\u06d5': '\u0647' },
};
const LETTERS = new RegExp(`[${Object.keys(WRITTEN_FOR).join('')}]`, 'g');

/** A word, or a character of a run, without what does not count in a search. */
export function fold(piece: string): string {
  if (ASCII.test(piece)) return piece.slice(0, PIECE_UNITS).toLowerCase();
  return piece
    .replace(UNSEEN_ONES, '')
    .slice(0, PIECE_UNITS)
    .normalize('NFKC')
    .toLowerCase()
    .normalize('NFD')
    .replace(ALPHABETIC_MARKS, '$1')
    .replace(OPTIONAL_MARKS, '')
    .replace(LETTERS, (letter) => WRITTEN_FOR[letter]!)
    .replace(DIGITS, valueOf)
    .replace(PARENTHESES, '')
    .normalize('NFC');
}

const MARKS_OF_EMOJI = /\u200d|[\ufe0e-\ufe0f]|\p{Emoji_Modifier}/gv;

/** An emoji whatever its skin tone, and whether or not it was asked to be shown as one. */
export function foldEmoji(emoji: string): string {
  return emoji.slice(0, PIECE_UNITS).replace(MARKS_OF_EMOJI, '');
}

const IS_DIGIT = /^\p{Nd}$/u;

/** Digits of a script follow one another from zero, which Unicode guarantees; those of several scripts may touch. */
function valueOf(digit: string): string {
  const code = digit.codePointAt(0)!;
  let before = 0;
  while (IS_DIGIT.test(String.fromCodePoint(code - before - 1))) before += 1;
  return String(before % 10);
}
