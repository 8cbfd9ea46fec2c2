import { fold, foldEmoji, UNSEEN } from './fold';

/**
 * What a text is searched by. Scripts that put spaces between words are cut into words; runs of the others (Chinese,
 * Japanese, Thai …, and Korean, which glues particles to words) into single characters and pairs, so that any part of a
 * run is found. No dictionary is involved: an index outlives versions of ICU, and a dictionary cuts the same word
 * differently in different company. An emoji is a word.
 *
 * All offsets are in UTF-16 code units of the text as given.
 */
export type Piece =
  | { kind: 'word'; folded: string; start: number; end: number }
  /** `starts` and `ends`: where each code unit of `folded` comes from. */
  | { kind: 'run'; folded: string; starts: number[]; ends: number[] };

const SPACELESS =
  '\\p{scx=Han}\\p{scx=Hiragana}\\p{scx=Katakana}\\p{scx=Hangul}\\p{scx=Thai}\\p{scx=Lao}\\p{scx=Khmer}\\p{scx=Myanmar}';
/** Symbols that stand for letters: radicals as characters of their own, and letters in circles and squares. */
const LETTERLIKE = '\\u2f00-\\u2fd5\\u24b6-\\u24e9\\u3200-\\u3296\\u3298\\u329a-\\u33ff';
/** Digits fold to the same in any script, so they are words in all. Marks go with what they stand on. */
const OF_RUN = `[[[\\p{L}\\p{N}${LETTERLIKE}]&&[${SPACELESS}]]--\\p{Nd}]`;
const OF_WORD = `[[\\p{L}\\p{N}${LETTERLIKE}]--${OF_RUN}]`;
const RUN = `${OF_RUN}[${OF_RUN}\\p{M}${UNSEEN}]*`;
const WORD = `${OF_WORD}[${OF_WORD}\\p{M}${UNSEEN}]*`;
/** Without signs that stand beside a word, as in a trade mark. */
const PICTURE = '[\\p{Extended_Pictographic}--[©®™‼⁉〰〽]][\\ufe0e\\ufe0f\\p{Emoji_Modifier}]*';
const EMOJI = `\\p{RI}\\p{RI}|[0-9#*]\\ufe0f?\\u20e3|${PICTURE}(?:\\u200d${PICTURE})*[\\u{e0020}-\\u{e007f}]*`;
const PIECES = new RegExp(`(?<emoji>${EMOJI})|(?<run>${RUN})|(?<word>${WORD})`, 'gv');
const graphemes = new Intl.Segmenter('und', { granularity: 'grapheme' });

/** The pieces of a text in order, made as they are asked for. Those in which nothing counts are left out. */
export function* piecesOf(text: string): Generator<Piece> {
  for (const { 0: found, index, groups } of text.matchAll(PIECES)) {
    if (groups!.run !== undefined) {
      const run = runOf(found, index);
      if (run.folded !== '') yield run;
      continue;
    }
    const folded = groups!.emoji === undefined ? fold(found) : foldEmoji(found);
    if (folded !== '') yield { kind: 'word', folded, start: index, end: index + found.length };
  }
}

const UNSEEN_ONE = new RegExp(UNSEEN, 'v');

/** Nothing to fold, and each code unit a character: most of Chinese, Japanese and Korean. */
const FOLDED_RUN = /^[\u3041-\u3096\u30a1-\u30fa\u30fc\u4e00-\u9fff\uac00-\ud7a3]*$/;

function runOf(run: string, offset: number): Piece {
  if (FOLDED_RUN.test(run)) {
    const starts = Array.from({ length: run.length }, (_, index) => offset + index);
    return { kind: 'run', folded: run, starts, ends: starts.map((start) => start + 1) };
  }
  const { text, at } = UNSEEN_ONE.test(run) ? seenOf(run) : { text: run, at: null };
  const piece: Piece = { kind: 'run', folded: '', starts: [], ends: [] };
  for (const { segment, index } of graphemes.segment(text)) {
    const folded = fold(segment);
    const last = index + segment.length - 1;
    const [start, end] = at ? [at[index]!, at[last]! + 1] : [index, last + 1];
    piece.folded += folded;
    for (let unit = 0; unit < folded.length; unit += 1) {
      piece.starts.push(offset + start);
      piece.ends.push(offset + end);
    }
  }
  return piece;
}

/** A run without what is not seen in it, and where each of its code units stood. */
function seenOf(run: string): { text: string; at: number[] } {
  const at: number[] = [];
  let text = '';
  let index = 0;
  for (const character of run) {
    if (!UNSEEN_ONE.test(character)) {
      text += character;
      for (let unit = 0; unit < character.length; unit += 1) at.push(index + unit);
    }
    index += character.length;
  }
  return { text, at };
}
