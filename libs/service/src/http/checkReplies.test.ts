import { problem } from '@threadlog/events';
import { z } from 'zod';
import { defineRoute, type Route } from './route';
import { testApp } from './app.testing';

const about = {
  method: 'get' as const,
  summary: 'A number',
  tags: ['test'],
  auth: 'none' as const,
  responses: { 200: { description: 'A number', schema: z.object({ n: z.int() }) } },
};
const wrong = defineRoute({ ...about, path: '/wrong', handler: () => ({ status: 200, body: { n: 'one' } }) });
const refused = defineRoute({
  ...about,
  path: '/refused',
  handler: () => Promise.reject(problem('thread_full', 'A refusal that no document tells of.')),
});
const declared: Route = { ...refused, path: '/declared', problems: ['thread_full'] };

test.each([
  [true, [500, 500, 409]],
  [false, [200, 409, 409]],
])(
  'answers and refusals that the document does not tell of fail where tests ask for it: %s',
  async (asked, expected) => {
    const app = await testApp({ routes: [], more: [[wrong, refused, declared]], checkReplies: asked });
    try {
      const statuses = ['/wrong', '/refused', '/declared'].map(async (path) => (await fetch(app.url + path)).status);
      expect(await Promise.all(statuses)).toEqual(expected);
    } finally {
      await app.close();
    }
  },
);
