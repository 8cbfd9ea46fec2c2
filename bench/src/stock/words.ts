/** Different words of the stock's texts. */
export const VOCABULARY = 5_000;
const WORDS_EACH = 30;
const SYLLABLES = ['ba', 'de', 'fi', 'go', 'ku', 'la', 'me', 'ni', 'po', 'ru', 'sa', 'te', 'vi', 'zo', 'ka', 'lu'];

/** The word of a rank, 1 being the most common: made up, and no other word is part of it at its beginning. */
export function wordOf(rank: number): string {
  let word = '';
  for (let rest = rank; rest > 0; rest = Math.floor(rest / SYLLABLES.length))
    word += SYLLABLES[rest % SYLLABLES.length];
  return `${word}n`;
}

/**
 * Text number `seed`, the same in every run. Words are as unevenly common as in languages (Zipf's law): the first one
 * stands in most texts, the hundredth in one of fifteen, the last ones in one of some thousand.
 */
export function textOf(seed: number): string {
  const random = randomOf(seed);
  return Array.from({ length: WORDS_EACH }, () => wordOf(Math.floor(VOCABULARY ** random()))).join(' ');
}

/** Numbers from 0 to 1, by mulberry32: good enough for texts, and the same everywhere. */
function randomOf(seed: number): () => number {
  let state = Math.imul(seed + 1, 0x9e3779b1);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
