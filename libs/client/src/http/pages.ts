/** A page of a list. */
export interface Page<Item> {
  items: Item[];
  hasMore: boolean;
  nextCursor: string | null;
  prevCursor: string | null;
  /** Where the list counts what is in it. */
  totalCount?: number;
}

/** A list that is fetched page by page, while it is iterated: `for await (const item of list)`. */
export interface Pages<Item> extends AsyncIterable<Item> {
  /** The page that the options ask for, alone. */
  page(): Promise<Page<Item>>;
  /** That page and all that follow. */
  pages(): AsyncIterable<Page<Item>>;
}

/** @param fetchPage fetches what comes behind a cursor; null: what the caller's options say. */
export function pagesOf<Item>(fetchPage: (cursor: string | null) => Promise<Page<Item>>): Pages<Item> {
  async function* pages() {
    let cursor: string | null = null;
    do {
      const page: Page<Item> = await fetchPage(cursor);
      yield page;
      // The same cursor again would fetch the same page for ever.
      cursor = page.hasMore && page.nextCursor !== cursor ? page.nextCursor : null;
    } while (cursor !== null);
  }
  return {
    page: () => fetchPage(null),
    pages,
    async *[Symbol.asyncIterator]() {
      for await (const page of pages()) yield* page.items;
    },
  };
}
