import type { Route } from '@threadlog/service';

/** What hostile requests are about: it exists, so that they get past the look-ups. */
export interface Place {
  thread: string;
  sub: string;
  message: string;
}

/** Path parameters with what exists. */
export function filled(
  { path, operationId = '' }: Pick<Route, 'path' | 'operationId'>,
  { thread, sub, message }: Place,
): string {
  const isBelow = path.includes('{conversationId}') && path.includes('{threadId}');
  const known: Record<string, string> = {
    threadId: isBelow ? sub : thread,
    conversationId: thread,
    messageId: message,
    userId: operationId.startsWith('change') ? 'cleo' : 'zoe',
    emoji: encodeURIComponent('👍'),
    externalUserId: 'synced',
  };
  return path.replace(/\{(\w+)\}/g, (_all, name: string) => known[name] ?? 'none');
}

/** As they stand in a URL: what cannot be written in one is percent-encoded by hand. */
const HOSTILE_PARTS: Readonly<Record<string, string>> = {
  'half a surrogate pair': '%ED%A0%BD',
  NUL: '%00',
  'NUL in a text': 'a%00b',
  'no UTF-8': '%FF',
  'no encoding': '%',
  'a line': '%0D%0Ax:%20y',
  'a slash': '%2F',
  'a prototype': '__proto__',
  'a long text': 'x'.repeat(4_000),
  'a time past the last year': '9999-12-31T23%3A59%3A59-01%3A00',
  'a time before the first year': '0001-01-01T00%3A00%3A00%2B01%3A00',
  'minus one': '-1',
  'a number beyond all': '1e400',
  'a number that was rounded': '9007199254740993',
  'not a number': 'NaN',
  'an emoji': '%F0%9F%91%8D',
};

interface Address {
  name: string;
  target: string;
  headers?: Record<string, string>;
}

/** Hostile path parameters, queries and headers of a route. */
export function addressesOf(route: Route, place: Place): Address[] {
  const path = filled(route, place);
  const parts = Object.entries(HOSTILE_PARTS);
  const params = Object.keys(route.params?.shape ?? {}).flatMap((param) =>
    parts.map(([what, part]) => ({
      name: `${param}: ${what}`,
      target: filled({ ...route, path: route.path.replace(`{${param}}`, () => part) }, place),
    })),
  );
  const query = [...Object.keys(route.query?.shape ?? {}), '__proto__'].flatMap((param) =>
    parts.map(([what, part]) => ({ name: `?${param}: ${what}`, target: `${path}?${param}=${part}` })),
  );
  const headers = Object.keys(route.headers?.shape ?? {}).flatMap((header) =>
    ['\u00e9\u00ff', 'x'.repeat(4_000), '', '__proto__', '"9007199254740993"'].map((value) => ({
      name: `${header}: ${value.slice(0, 20)}`,
      target: path,
      headers: { [header]: value },
    })),
  );
  // What takes something away would do so with the first sound address.
  return route.method === 'delete' ? params : [...params, ...query, ...headers];
}
