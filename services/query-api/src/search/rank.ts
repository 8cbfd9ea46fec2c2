import type { SearchMatch } from '@threadlog/read-models';
import type { TimePlace } from '../ports';

/** A word says more the more often it stands in a text, ever less so, and more in a short text: BM25 within one text. */
const SATURATION = 1.2;
const LENGTH_WEIGHT = 0.5;
const USUAL_LENGTH = 20;
/** The newest text of a window counts twice, one that is a month older one and a half times, and so on. */
const HALF_LIFE_MS = 30 * 24 * 3_600_000;
const SCALE = 1_000_000;

/**
 * How well a text matches, as an integer. `newestAt` is the time of the newest match of its window, not of the clock:
 * the same text has the same score on every page.
 */
export function scoreOf(match: SearchMatch, at: string, newestAt: string): number {
  const norm = 1 - LENGTH_WEIGHT + (LENGTH_WEIGHT * match.length) / USUAL_LENGTH;
  const words = match.counts.map((count) => (count * (SATURATION + 1)) / (count + SATURATION * norm));
  const relevance = words.reduce((sum, word) => sum + word, 0) / words.length;
  const age = Math.max(0, Date.parse(newestAt) - Date.parse(at));
  return Math.round(SCALE * relevance * (1 + 2 ** (-age / HALF_LIFE_MS)));
}

export interface Ranked {
  score: number;
  place: TimePlace;
}

/** Best first; among equals the newest. */
export function byRank(one: Ranked, other: Ranked): number {
  return other.score - one.score || comparePlaces(other.place, one.place);
}

/** Earlier first, as Postgres orders these columns: by bytes. */
export function comparePlaces(one: TimePlace, other: TimePlace): number {
  if (one.at !== other.at) return one.at < other.at ? -1 : 1;
  if (one.threadId === other.threadId) return 0;
  return one.threadId < other.threadId ? -1 : 1;
}
