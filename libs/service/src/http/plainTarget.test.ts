import { once } from 'node:events';
import { connect } from 'node:net';
import fc from 'fast-check';
import { z } from 'zod';
import { defineRoute, type Route } from './route';
import { testApp } from './app.testing';

const METHODS = ['get', 'post', 'put', 'patch', 'delete'] as const;
const PATHS = ['/threads', '/threads/{id}', '/threads/{id}/people', '/threads/{id}/people/{user}'];

/** Every method at every depth: whatever is taken for another path, meets a route. */
const reached: string[] = [];
const routes: Route[] = PATHS.flatMap((path) =>
  METHODS.map((method) =>
    defineRoute({
      ...{ method, path, auth: 'none', summary: 'x', tags: ['x'] },
      params: z.looseObject({}),
      responses: { 200: { description: 'x' } },
      handler: ({ params, query, raw }) => {
        reached.push(`${raw.request.method} ${path} ${JSON.stringify({ params, query })}`);
        return { status: 200, body: { params } };
      },
      query: z.looseObject({}),
    }),
  ),
);

let app: Awaited<ReturnType<typeof testApp>>;
let base: Awaited<ReturnType<typeof testApp>>;
beforeAll(async () => {
  app = await testApp({ routes });
  base = await testApp({ routes, config: { BASE_PATH: '/chat' } });
});
afterAll(async () => void (await Promise.all([app.close(), base.close()])));
beforeEach(() => void reached.splice(0));

/** The status of a request whose target is sent byte by byte as given: no client in between that would tidy it up. */
async function raw(method: string, target: string, url = app.url): Promise<number> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  socket.end(Buffer.from(`${method} ${target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`));
  const parts: Buffer[] = [];
  socket.on('data', (part: Buffer) => parts.push(part));
  await once(socket, 'close');
  return Number(/^HTTP\/1\.1 (\d+)/.exec(Buffer.concat(parts).toString())?.[1]);
}

const NOT_PLAIN = [
  '/threads/t/people/..',
  '/threads/t/people/.',
  '/threads/t/people/%2e%2e',
  '/threads/t/people/.%2E',
  '/threads/t/people/%252e%252e',
  '/threads/t/people/..%2fx',
  '/threads/t/people/x%2f..',
  '/threads/t/people/x%5c..%5c',
  '/threads/t/people/../../t',
  '/threads/../threads/t',
  '/./threads',
  '/threads/',
  '/threads/t/',
  '/threads/t/people/',
  '/threads//people',
  '//threads/t',
  '/threads/t//',
  '/threads\\t',
  '/threads/t/people\\..',
  '/threads/t#/people/u',
  'http://x/threads/t/people/..',
  'http://x/threads/',
  '/Threads',
  '/threads/t/People',
];
const MALFORMED = ['/threads/%ff', '/threads/%', '/threads/%c0%af', '/threads/ü', '/threads?q=%ff', '/threads?q=ü'];

it.each(NOT_PLAIN)('reaches no route with %j, whatever the method', async (target) => {
  for (const method of METHODS) expect([method, await raw(method.toUpperCase(), target)]).toEqual([method, 404]);
  expect(await raw('GET', target.replace(/^\//, '/chat/'), base.url)).toBe(404);
  expect(reached).toEqual([]);
});

it.each(MALFORMED)('refuses %j as malformed', async (target) => {
  expect(await raw('GET', target)).toBe(400);
  expect(reached).toEqual([]);
});

it('reaches with what is plain exactly what it names', async () => {
  const plain: [string, string][] = [
    ['/threads', '{"params":{},"query":{}}'],
    ['/threads/..t', '{"params":{"id":"..t"},"query":{}}'],
    ['/threads/a%2Fb/people/%E2%9D%A4', '{"params":{"id":"a/b","user":"❤"},"query":{}}'],
    ['/threads/t/people/a%5Cb%23%25', '{"params":{"id":"t","user":"a\\\\b#%"},"query":{}}'],
    ['http://x/threads/t?q=/../%C3%BC', '{"params":{"id":"t"},"query":{"q":"/../ü"}}'],
    ['/threads/t?q=100%', '{"params":{"id":"t"},"query":{"q":"100%"}}'],
  ];
  for (const [target] of plain) expect([target, await raw('GET', target)]).toEqual([target, 200]);
  expect(reached.map((line) => line.slice(line.indexOf('{"params')))).toEqual(plain.map(([, parts]) => parts));
  expect(await raw('GET', '/')).toBe(200);
  expect(await raw('GET', '/chat/', base.url)).toBe(200);
});

/** What `fetch` makes of an id that was put into a path: it must name the same thing, or nothing. */
it('given any id as a segment, when sent by fetch, then it reaches the route with that id or none', async () => {
  const ids = fc.oneof(
    fc.string({ unit: 'grapheme', minLength: 1 }),
    fc.stringMatching(/^[./\\%2e5cf]{1,6}$/),
    fc.constantFrom('.', '..', '%2e', '..%2f', '../x', '\\..'),
  );
  const encodings = [encodeURIComponent, encodeURI, (id: string) => id];
  await fc.assert(
    fc.asyncProperty(ids, fc.constantFrom(...encodings), async (id, encode) => {
      reached.splice(0);
      const response = await fetch(`${app.url}/threads/t/people/${encode(id)}`, { method: 'DELETE' });
      // A fragment or a query of one's own making is the client's word, not the server's guess.
      if (/[?#]/.test(encode(id))) return;
      const calls = reached.filter((call) => call.startsWith('DELETE'));
      if (response.status === 200 && encode === encodeURIComponent)
        expect(calls).toEqual([`DELETE ${PATHS[3]} ${JSON.stringify({ params: { id: 't', user: id }, query: {} })}`]);
      if (response.status !== 200) expect(calls).toEqual([]);
    }),
    { numRuns: 200 },
  );
});
