import type { Query } from '@threadlog/read-models';
import { encodeKeyset, type Keyset, type KeysetList } from './cursors';

/** Where a page's neighbours are. */
export interface PageEdges {
  /** Whether there is more in the order asked for. */
  hasMore: boolean;
  nextCursor: string | null;
  prevCursor: string | null;
}

export interface KeysetPage<TRow> extends PageEdges {
  /** In the list's order, whichever way it was walked. */
  rows: TRow[];
}

export interface KeysetRequest<TRow> {
  list: KeysetList;
  cursor: Keyset | null;
  limit: number;
  /** The columns that the list is ordered by. */
  key(row: TRow): { at: string; id: string };
}

/**
 * Makes a page of rows that were fetched in walking order, one more than the limit: that one tells whether there is
 * more ahead. Behind a page that was walked to there is at least the item whose cursor led here.
 */
export function keysetPage<TRow>(fetched: readonly TRow[], request: KeysetRequest<TRow>): KeysetPage<TRow> {
  const { list, cursor, limit, key } = request;
  const ahead = fetched.length > limit;
  const rows = fetched.slice(0, limit);
  const backwards = cursor?.direction === 'prev';
  if (backwards) rows.reverse();
  const edge = (exists: boolean, direction: Keyset['direction'], row: TRow | undefined): string | null =>
    exists && row ? encodeKeyset(list, { direction, ...key(row) }) : null;
  const nextCursor = edge(backwards || ahead, 'next', rows.at(-1));
  const prevCursor = edge(backwards ? ahead : cursor !== null, 'prev', rows[0]);
  return { rows, hasMore: nextCursor !== null, nextCursor, prevCursor };
}

export interface KeysetOrder {
  cursor: Keyset | null;
  /** Those that the list is ordered by: the time and the id of a row. */
  columns: readonly [at: string, id: string];
  /** Whether the list begins with the oldest. */
  oldestFirst?: boolean;
  limit: number;
}

/** Orders a query as its list is walked, and lets it begin behind the cursor. */
export function keysetOrder(query: Query, { cursor, columns, oldestFirst = false, limit }: KeysetOrder): Query {
  const ascending = oldestFirst !== (cursor?.direction === 'prev');
  if (cursor) query.whereRaw(`(??, ??) ${ascending ? '>' : '<'} (?, ?)`, [...columns, cursor.at, cursor.id]);
  return query.orderBy(columns.map((column) => ({ column, order: ascending ? 'asc' : 'desc' }))).limit(limit);
}
