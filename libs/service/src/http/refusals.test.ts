import { z } from 'zod';
import type { ProblemBody } from '../problems';
import { defineRoute } from './route';
import { testApp } from './app.testing';

const echo = defineRoute({
  summary: 'x',
  tags: ['x'],
  method: 'post',
  path: '/echo',
  auth: 'user',
  body: z.strictObject({ content: z.string(), nested: z.object({ 'a/b': z.array(z.int()) }).optional() }),
  responses: {},
  handler: () => ({ status: 204 }),
});

let app: Awaited<ReturnType<typeof testApp>>;
beforeAll(async () => void (app = await testApp({ routes: [echo] })));
afterAll(() => app.close());

const post = (body: unknown) =>
  fetch(`${app.url}/echo`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: 'Bearer ada' },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });

it.each([
  ['unknown keys', Object.fromEntries(Array.from({ length: 5_000 }, (_, at) => [`key-${at}`, 0])), 2],
  ['wrong items', { content: 'x', nested: { 'a/b': Array(9_000).fill('x') } }, 9_000],
  ['long names', { content: 'x', ['k'.repeat(200_000)]: 0 }, 1],
])('names some of many faults, says how many more there are, and stays small: %s', async (_what, sent, faults) => {
  const response = await post(sent);
  expect(response.status).toBe(400);
  const text = await response.text();
  const { errors = [], detail } = JSON.parse(text) as ProblemBody;
  expect(text.length).toBeLessThan(16_384);
  expect(errors).toHaveLength(Math.min(faults, 20));
  expect(detail.includes(`(${faults - 20} more faults are not named)`)).toBe(faults > 20);
});

it.each([
  ['is nested deeper than anybody needs', `{"content":${'['.repeat(9_999)}`],
  ['holds more values than anybody needs', `{"content":[${'0,'.repeat(22_000)}0]}`],
])('refuses JSON that %s before it is parsed', async (_what, sent) => {
  const response = await post(sent);
  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject({ code: 'invalid_request', detail: expect.stringContaining('at most') });
});
