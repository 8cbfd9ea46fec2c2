type Page = { items: object[] };
const isPage = (body: unknown): body is Page => Array.isArray((body as Partial<Page>).items);

/** An answer, or each item of a page, as operators are shown it. */
export function eachShown(body: unknown, shown: (one: object) => object): unknown {
  return isPage(body) ? { ...body, items: body.items.map(shown) } : shown(body as object);
}

/** Of an address what names its host: what stands behind it may be a secret. */
export const hostOf = (url: string | null): string | null => (url === null ? null : `${new URL(url).origin}/…`);
