/**
 * What a text is searched by. Scripts that put spaces between words are cut into words; runs of the others (Chinese,
 * Japanese, Thai …, and Korean, which glues particles to words) into single characters and pairs, so that any part of a
 * run is found. No dictionary is involved: an index outlives versions of ICU, and a dictionary cuts the same word
 * differently in different company.
 *
 * Case, width and diacritics do not count. All offsets are in UTF-16 code units of the text as given.
 */
type Piece =
  | { kind: 'word'; folded: string; start: number; end: number }
  /** `starts` and `ends`: where each code unit of `folded` comes from. */
  | { kind: 'run'; folded: string; starts: number[]; ends: number[] };

/** Below this code unit there are only scripts with spaces. */
const MAY_BE_SPACELESS = /[\u0e00-\uffff]/;
const SPACELESS =
  '\\p{scx=Han}\\p{scx=Hiragana}\\p{scx=Katakana}\\p{scx=Hangul}\\p{scx=Thai}\\p{scx=Lao}\\p{scx=Khmer}\\p{scx=Myanmar}';
const RUN = new RegExp(`(?:(?=[\\p{L}\\p{M}\\p{N}])[${SPACELESS}])+`, 'gu');
const WORD = /[\p{L}\p{N}][\p{L}\p{N}\p{M}]*/gu;
const graphemes = new Intl.Segmenter('und', { granularity: 'grapheme' });

function piecesOf(text: string): Piece[] {
  if (!MAY_BE_SPACELESS.test(text)) return wordsOf(text, 0);
  const pieces: Piece[] = [];
  let at = 0;
  for (const { 0: run, index } of text.matchAll(RUN)) {
    pieces.push(...wordsOf(text.slice(at, index), at), runOf(run, index));
    at = index + run.length;
  }
  return [...pieces, ...wordsOf(text.slice(at), at)];
}

function wordsOf(text: string, offset: number): Piece[] {
  const words: Piece[] = [];
  for (const { 0: word, index } of text.matchAll(WORD)) {
    const folded = fold(word);
    if (folded !== '') words.push({ kind: 'word', folded, start: offset + index, end: offset + index + word.length });
  }
  return words;
}

function runOf(run: string, offset: number): Piece {
  const piece: Piece = { kind: 'run', folded: '', starts: [], ends: [] };
  for (const { segment, index } of graphemes.segment(run)) {
    const folded = fold(segment);
    piece.folded += folded;
    for (let unit = 0; unit < folded.length; unit += 1) {
      piece.starts.push(offset + index);
      piece.ends.push(offset + index + segment.length);
    }
  }
  return piece;
}

/** Nothing to fold but case, and no run: most of what is written in English, in a fifth of the time. */
const PLAIN = /^[\s\x20-\x7e]*$/;
const PLAIN_WORDS = /[a-z0-9]+/g;
const ASCII = /^[\x20-\x7e]*$/;
const ALPHABETIC_MARKS = /([\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}])\p{M}+/gu;
/** Points and vowel signs that Hebrew and Arabic texts have or leave out, and the stretching tatweel. */
const OPTIONAL_MARKS = /[\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed\u0640]/g;
const LETTERS = /[ßøłđæœı]/g;
const AS_WRITTEN_WITHOUT: Record<string, string> = { ß: 'ss', ø: 'o', ł: 'l', đ: 'd', æ: 'ae', œ: 'oe', ı: 'i' };

/** A word without what does not count in a search. */
function fold(word: string): string {
  if (ASCII.test(word)) return word.toLowerCase();
  return word
    .normalize('NFKC')
    .toLowerCase()
    .normalize('NFD')
    .replace(ALPHABETIC_MARKS, '$1')
    .replace(OPTIONAL_MARKS, '')
    .replace(LETTERS, (letter) => AS_WRITTEN_WITHOUT[letter] ?? letter)
    .normalize('NFC');
}

/** The terms that a text is found by, each once. */
export function indexTerms(text: string): Set<string> {
  if (PLAIN.test(text)) return new Set(text.toLowerCase().match(PLAIN_WORDS));
  const terms = new Set<string>();
  for (const piece of piecesOf(text)) {
    if (piece.kind === 'word') terms.add(piece.folded);
    else for (const term of [...piece.folded, ...pairsOf(piece.folded)]) terms.add(term);
  }
  return terms;
}

function pairsOf(folded: string): string[] {
  const characters = [...folded];
  return characters.slice(1).map((character, index) => `${characters[index]}${character}`);
}

/** What somebody looks for: whole words, and parts of runs. All of them must be there. */
export interface SearchQuery {
  words: string[];
  runs: string[];
  /** The index terms that every match has. */
  terms: string[];
}

/** Reads a query; one without a letter or digit has no words and no runs. */
export function parseSearchQuery(text: string): SearchQuery {
  const words = new Set<string>();
  const runs = new Set<string>();
  for (const { kind, folded } of piecesOf(text)) {
    if (folded !== '') (kind === 'word' ? words : runs).add(folded);
  }
  const runTerms = [...runs].flatMap((run) => ([...run].length > 1 ? pairsOf(run) : [run]));
  return { words: [...words], runs: [...runs], terms: [...new Set([...words, ...runTerms])] };
}

/** Half-open range of a text, in UTF-16 code units. */
export interface TextRange {
  start: number;
  end: number;
}

export interface SearchMatch {
  /** Where the query's words and runs stand, in the order of the text. */
  ranges: TextRange[];
  /** How often each occurs: words first, then runs. */
  counts: number[];
  /** Words of the text; a run counts a word for two characters. */
  length: number;
}

/** Where a text has what is looked for, or null where something is missing: what the index said is only a hint. */
export function matchText(text: string, { words, runs }: SearchQuery): SearchMatch | null {
  const match: SearchMatch = { ranges: [], counts: [...words, ...runs].map(() => 0), length: 0 };
  for (const piece of piecesOf(text)) {
    if (piece.kind === 'word') {
      match.length += 1;
      const which = words.indexOf(piece.folded);
      if (which >= 0) note(match, which, piece);
      continue;
    }
    match.length += piece.folded.length / 2;
    for (const [index, run] of runs.entries()) {
      for (let at = piece.folded.indexOf(run); at >= 0; at = piece.folded.indexOf(run, at + run.length)) {
        note(match, words.length + index, { start: piece.starts[at]!, end: piece.ends[at + run.length - 1]! });
      }
    }
  }
  if (match.counts.includes(0)) return null;
  match.ranges.sort((one, other) => one.start - other.start || one.end - other.end);
  return match;
}

function note(match: SearchMatch, which: number, { start, end }: TextRange): void {
  match.counts[which]! += 1;
  match.ranges.push({ start, end });
}
