type Page = { items: object[] };
const isPage = (body: unknown): body is Page => Array.isArray((body as Partial<Page>).items);

/** An answer, or each item of a page, as operators are shown it. */
export function eachShown(body: unknown, shown: (one: object) => object): unknown {
  return isPage(body) ? { ...body, items: body.items.map(shown) } : shown(body as object);
}
