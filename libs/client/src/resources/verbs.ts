import { pagesOf, type Page, type Pages } from '../http/pages.ts';
import type { QueryValue } from '../http/paths.ts';
import type { ApiRequest, CallOptions, Http } from '../http/request.ts';

type Options = Omit<ApiRequest, 'method' | 'path' | 'body'>;
type Verb = <Body>(path: string, options: Options, body?: unknown) => Promise<Body>;

/** What differs between lists. */
interface ListNames {
  /** Where the server has the items of a page; `items` as a rule. */
  field?: string;
  /** The parameter that takes the cursor of a page to go on from it; `cursor` as a rule. */
  cursor?: string;
}

/** What the methods of resources are made of. */
export interface Verbs extends Record<'get' | 'post' | 'put' | 'patch' | 'del', Verb> {
  /** A list whose pages call their items by a name of their own. */
  list<Item>(path: string, query: CallOptions & Record<never, unknown>, names?: ListNames): Pages<Item>;
  /** A list without pages. */
  all<Item>(path: string, options: Options): Promise<Item[]>;
}

type Listed = Omit<Page<unknown>, 'items'> & Record<string, unknown>;

export function verbsOf({ request }: Http): Verbs {
  const verb =
    (method: ApiRequest['method']): Verb =>
    (path, options, body) =>
      request({ ...options, method, path, body });
  const get = verb('GET');
  return {
    ...{ get, post: verb('POST'), put: verb('PUT'), patch: verb('PATCH'), del: verb('DELETE') },
    list: <Item>(
      path: string,
      { signal, ...given }: CallOptions & Record<never, unknown>,
      { field = 'items', cursor = 'cursor' }: ListNames = {},
    ) =>
      pagesOf<Item>(async (next) => {
        const query: Record<string, QueryValue> = { ...given };
        if (next !== null) query[cursor] = next;
        const page = await get<Listed>(path, { query, signal });
        const { hasMore, nextCursor = null, prevCursor = null, totalCount } = page;
        return { items: page[field] as Item[], hasMore, nextCursor, prevCursor, totalCount };
      }),
    all: async <Item>(path: string, options: Options) => (await get<{ items: Item[] }>(path, options)).items,
  };
}
