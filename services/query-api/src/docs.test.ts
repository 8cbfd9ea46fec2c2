import express from 'express';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { dirname } from 'node:path';
import { docsRouter } from './docs';

const server = express()
  .use(docsRouter(() => ({})))
  .listen(0, '127.0.0.1');
beforeAll(() => once(server, 'listening'));
afterAll(() => void server.close());
const get = (path: string) => fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/docs/${path}`);

test('the documentation is served with what its page asks for, and nothing else of the package', async () => {
  const page = await (await get('')).text();
  const asked = [...page.matchAll(/(?:href|src)="(?:\.\/)?([^"]+)"/g)].map(([, file]) => file!);
  expect(asked.length).toBeGreaterThan(5);
  for (const file of asked) expect([file, (await get(file)).status]).toEqual([file, 200]);
  const needed = new Set([...asked, 'index.html']);
  const shipped = readdirSync(dirname(require.resolve('swagger-ui-dist/package.json')));
  for (const file of shipped.filter((name) => !needed.has(name)))
    expect([file, (await get(file)).status]).toEqual([file, 404]);
});
