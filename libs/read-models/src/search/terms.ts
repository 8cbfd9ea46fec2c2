import { fold } from './fold';
import { piecesOf, type Piece } from './pieces';

/** Different terms of one text that are indexed, the first ones: what stands further back in a long text is not found. */
export const TEXT_TERMS = 4_096;
/** Different terms of a query that the index is asked for: whether a text has the others is seen when it is opened. */
const INDEXED_TERMS = 32;

/** Nothing to fold but case, and no run: most of what is written in English, in a fifth of the time. */
const PLAIN = /^[\t-\r\x20-\x7e]*$/;
const PLAIN_WORDS = /[a-z0-9]+/g;

/** The terms that a text is found by, each once, `TEXT_TERMS` at most. */
export function indexTerms(text: string): Set<string> {
  const terms = new Set<string>();
  for (const term of termsIn(text)) {
    if (terms.size === TEXT_TERMS) break;
    terms.add(term);
  }
  return terms;
}

function* termsIn(text: string): Generator<string> {
  if (PLAIN.test(text)) {
    for (const [word] of text.toLowerCase().matchAll(PLAIN_WORDS)) yield fold(word);
    return;
  }
  for (const piece of piecesOf(text)) {
    if (piece.kind === 'word') yield piece.folded;
    else yield* [...piece.folded, ...pairsOf(piece.folded)];
  }
}

function pairsOf(folded: string): string[] {
  const characters = [...folded];
  return characters.slice(1).map((character, index) => `${characters[index]}${character}`);
}

/** What somebody looks for: whole words, parts of runs, and phrases. All of them must be there. */
export interface SearchQuery {
  words: string[];
  runs: string[];
  /** As `lineOf` writes them: what stood in quotes, one after another. */
  phrases: string[];
  /** Index terms that every match has, if no text is longer than the index goes. */
  terms: string[];
}

/** Pairs of quotes in which a phrase stands; one without its other half is none. */
const QUOTED = /["＂]([^"＂]*)["＂]|[“”„‟]([^“”„‟]*)[“”„‟]|«([^«»]*)»|»([^«»]*)«|「([^「」]*)」|『([^『』]*)』/g;

/** Reads a query; one without a letter, digit or emoji has nothing to look for. */
export function parseSearchQuery(text: string): SearchQuery {
  const words = new Set<string>();
  const runs = new Set<string>();
  const phrases = new Map<string, Piece[]>();
  const add = (piece: Piece): unknown => (piece.kind === 'word' ? words : runs).add(piece.folded);
  const loose = text.replace(QUOTED, (_all, ...groups: unknown[]) => {
    const pieces = [...piecesOf(groups.find((group) => typeof group === 'string') as string)];
    if (pieces.length === 1) add(pieces[0]!);
    else if (pieces.length > 1) phrases.set(lineOf(pieces).folded, pieces);
    return ' ';
  });
  for (const piece of piecesOf(loose)) add(piece);
  const quoted = [...phrases.values()].flat();
  const allWords = [...words, ...quoted.filter(({ kind }) => kind === 'word').map(({ folded }) => folded)];
  const allRuns = [...runs, ...quoted.filter(({ kind }) => kind === 'run').map(({ folded }) => folded)];
  const terms = new Set([...allWords, ...allRuns.flatMap((run) => ([...run].length > 1 ? pairsOf(run) : [run]))]);
  return { words: [...words], runs: [...runs], phrases: [...phrases.keys()], terms: spread([...terms], INDEXED_TERMS) };
}

/** So many of them, from all over. */
function spread(terms: readonly string[], most: number): string[] {
  if (terms.length <= most) return [...terms];
  return Array.from({ length: most }, (_, index) => terms[Math.floor((index * terms.length) / most)]!);
}

/** Half-open range of a text, in UTF-16 code units. */
export interface TextRange {
  start: number;
  end: number;
}

export interface SearchMatch {
  /** Where the query's words, runs and phrases stand, in the order of the text. */
  ranges: TextRange[];
  /** How often each occurs: words first, then runs, then phrases. */
  counts: number[];
  /** Words of the text; a run counts a word for two characters. */
  length: number;
}

/** Where a text has what is looked for, or null where something is missing: what the index said is only a hint. */
export function matchText(text: string, { words, runs, phrases }: SearchQuery): SearchMatch | null {
  const match: SearchMatch = { ranges: [], counts: [...words, ...runs, ...phrases].map(() => 0), length: 0 };
  const numbers = new Map(words.map((word, index) => [word, index]));
  const pieces = phrases.length > 0 ? [...piecesOf(text)] : piecesOf(text);
  for (const piece of pieces) {
    if (piece.kind === 'word') {
      match.length += 1;
      const which = numbers.get(piece.folded);
      if (which !== undefined) note(match, which, piece);
      continue;
    }
    match.length += piece.folded.length / 2;
    for (const [index, run] of runs.entries()) noteAll(match, words.length + index, { line: piece, sought: run });
  }
  if (phrases.length > 0) {
    const line = lineOf(pieces);
    const first = words.length + runs.length;
    for (const [index, sought] of phrases.entries()) noteAll(match, first + index, { line, sought });
  }
  if (match.counts.includes(0)) return null;
  match.ranges.sort((one, other) => one.start - other.start || one.end - other.end);
  return match;
}

/** Folded text, and where each of its code units comes from. */
interface Line {
  folded: string;
  starts: number[];
  ends: number[];
}

/** All of a text in which a phrase is looked for: words between spaces of their own, so that they match whole; runs as they are. */
function lineOf(pieces: Iterable<Piece>): Line {
  const line: Line = { folded: '', starts: [], ends: [] };
  for (const piece of pieces) {
    const folded = piece.kind === 'word' ? ` ${piece.folded} ` : piece.folded;
    line.folded += folded;
    for (let unit = 0; unit < folded.length; unit += 1) {
      line.starts.push(piece.kind === 'word' ? piece.start : piece.starts[unit]!);
      line.ends.push(piece.kind === 'word' ? piece.end : piece.ends[unit]!);
    }
  }
  return line;
}

function noteAll(match: SearchMatch, which: number, { line, sought }: { line: Line; sought: string }): void {
  const { folded, starts, ends } = line;
  for (let at = folded.indexOf(sought); at >= 0; at = folded.indexOf(sought, at + sought.length)) {
    note(match, which, { start: starts[at]!, end: ends[at + sought.length - 1]! });
  }
}

function note(match: SearchMatch, which: number, { start, end }: TextRange): void {
  match.counts[which]! += 1;
  match.ranges.push({ start, end });
}
