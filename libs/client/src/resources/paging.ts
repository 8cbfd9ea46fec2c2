import type { Http, CallOptions } from '../http/request.ts';
import { pagesOf, type Pages } from '../http/pages.ts';
import type { QueryValue } from '../http/paths.ts';

interface Edges {
  hasMore: boolean;
  nextCursor: string | null;
  prevCursor: string | null;
  totalCount?: number;
}

interface List extends CallOptions {
  path: string;
  query: Record<string, QueryValue>;
  /** Where the server has the items of a page. */
  field: string;
  /** The parameter that takes the cursor of a page to go on from it. */
  cursor: string;
  threadId?: string;
}

/** A list of the API, whose pages call their items by a name of their own. */
export function listOf<Item>(http: Http, { path, query, field, cursor, threadId, signal }: List): Pages<Item> {
  return pagesOf<Item>(async (next) => {
    const asked = next === null ? query : { ...query, [cursor]: next };
    const page = await http.request<Edges & Record<string, unknown>>({
      method: 'GET',
      path,
      query: asked,
      threadId,
      signal,
    });
    const { hasMore, nextCursor, prevCursor, totalCount } = page;
    return {
      items: page[field] as Item[],
      hasMore,
      nextCursor: nextCursor ?? null,
      prevCursor: prevCursor ?? null,
      totalCount,
    };
  });
}
