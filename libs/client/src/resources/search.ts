import type { Message } from '../generated/wire.ts';
import type { Pages } from '../http/pages.ts';
import type { CallOptions } from '../http/request.ts';
import type { Verbs } from './verbs.ts';

export interface SearchFilter {
  learnerId?: string;
  threadId?: string;
  limit?: number;
}

export interface SearchHit {
  threadId: string;
  /** Null where the title matches. */
  message: Message | null;
  /** Null where a message does. */
  title: string | null;
  /** Ranges of the one that is there, in UTF-16 code units. */
  highlights: { start: number; end: number }[];
}

/** `/search`. */
export function searchOf({ list }: Verbs) {
  return {
    /** Messages and titles that have every word. */
    query: (q: string, filter: SearchFilter & CallOptions = {}): Pages<SearchHit> =>
      list('/search', { ...filter, ...{ q } }),
  };
}
