import { story, type Case, type Name, type Scene } from '../case';
import { like } from '../like';
import { request } from '../variants';
import { eventually } from '../wait';
import { MESSAGE, PARTICIPANTS, post, room, THREAD, threadOf, THREADS, type Room } from './given';

const route = 'GET /api/v1/search';

interface SearchPage {
  items: { threadId: string; message: { id: string; content: string } | null; title: string | null }[];
  hasMore: boolean;
  nextCursor: string | null;
}

/** The index follows the projection at its own pace: asks until it shows as much as expected. */
async function finds(
  scene: Scene,
  who: Name,
  query: Record<string, string>,
  expected: readonly string[],
): Promise<SearchPage> {
  return eventually(async () => {
    const page = await scene.as(who).expect<SearchPage>(200, route, { query });
    const found = page.items.map(({ message, title }) => message?.content ?? title ?? '').toSorted();
    like(found, expected.toSorted(), `what ${who} finds`);
    return page;
  });
}

const TEXTS = [
  'The homework is due on Tuesday',
  'Where is the HOMEWORK?',
  'Crème brûlée for dessert',
  '宿題は火曜日です',
];

async function library(scene: Scene): Promise<Room> {
  const made = await room(scene, { posts: [], title: 'Fractions and homework', learnerId: 'lena' });
  for (const content of TEXTS) await post(scene, made.threadId, { who: 'bob', content });
  return made;
}

const looked: [string, string, string[]][] = [
  ['a word, in messages and titles, whatever its case', 'homework', [TEXTS[0]!, TEXTS[1]!, 'Fractions and homework']],
  ['all words, in any order', 'tuesday homework', [TEXTS[0]!]],
  ['letters without their accents', 'creme brulee', [TEXTS[2]!]],
  ['a script without spaces', '火曜日', [TEXTS[3]!]],
  ['nothing for what nobody said', 'quarterly', []],
];

export const searchCases: Case[] = [
  ...looked.map(([name, q, expected]) =>
    story(`${route}: finds ${name}`, [route], async (scene) => {
      await library(scene);
      await finds(scene, 'ann', { q: 'fractions' }, ['Fractions and homework']);
      await finds(scene, 'ann', { q }, expected);
    }),
  ),
  story(`${route}: says where the words stand`, [route], async (scene) => {
    const made = await library(scene);
    const page = await finds(scene, 'ann', { q: 'tuesday' }, [TEXTS[0]!]);
    const start = TEXTS[0]!.indexOf('Tuesday');
    like(page.items, [{ threadId: made.threadId, highlights: [{ start, end: start + 'Tuesday'.length }] }], 'items');
  }),
  story(`${route}: shows what the caller sees, and nothing else`, [route], async (scene) => {
    await library(scene);
    for (const who of ['ann', 'bob', 'lena', 'tess', 'gus', 'root'] as const)
      await finds(scene, who, { q: 'tuesday' }, [TEXTS[0]!]);
    for (const who of ['eve', 'cyd', 'bot'] as const) await finds(scene, who, { q: 'tuesday' }, []);
    const foreign = scene.as('ann', { tenant: `${scene.tenant}-twin`, role: 'admin' });
    like(await foreign.expect(200, route, { query: { q: 'tuesday' } }), { items: [] });
  }),
  story(`${route}: who joins late finds nothing from before`, [route], async (scene) => {
    const made = await library(scene);
    await finds(scene, 'ann', { q: 'tuesday' }, [TEXTS[0]!]);
    await scene
      .as('ann')
      .expect(201, `POST ${PARTICIPANTS}`, { ...threadOf(made), body: { userId: 'cyd', history: 'from_join' } });
    await post(scene, made.threadId, { who: 'bob', content: 'not before Tuesday' });
    await finds(scene, 'cyd', { q: 'tuesday' }, ['not before Tuesday']);
  }),
  story(`${route}: edited and deleted words are gone`, [route], async (scene) => {
    const made = await library(scene);
    const { id: messageId } = await post(scene, made.threadId, { content: 'walrus one' });
    const other = await post(scene, made.threadId, { content: 'walrus two' });
    await finds(scene, 'ann', { q: 'walrus' }, ['walrus one', 'walrus two']);
    const params = { threadId: made.threadId, messageId };
    await scene.as('ann').expect(200, `PATCH ${MESSAGE}`, { params, body: { content: 'narwhal' } });
    await finds(scene, 'ann', { q: 'walrus' }, ['walrus two']);
    await finds(scene, 'ann', { q: 'narwhal' }, ['narwhal']);
    await scene.as('ann').expect(204, `DELETE ${MESSAGE}`, { params: { ...params, messageId: other.id } });
    await finds(scene, 'ann', { q: 'walrus' }, []);
    await scene.as('ann').expect(200, `PATCH ${THREAD}`, { ...threadOf(made), body: { title: 'Decimals' } });
    await finds(scene, 'ann', { q: 'fractions' }, []);
    await finds(scene, 'ann', { q: 'decimals' }, ['Decimals']);
    await scene.as('ann').expect(204, `DELETE ${THREAD}`, threadOf(made));
    await finds(scene, 'ann', { q: 'narwhal' }, []);
  }),
  story(`${route}: within a thread, or about a learner`, [route], async (scene) => {
    const made = await library(scene);
    const other = await room(scene, { posts: [], title: null });
    await post(scene, other.threadId, { content: 'Tuesday elsewhere' });
    await finds(scene, 'ann', { q: 'tuesday' }, [TEXTS[0]!, 'Tuesday elsewhere']);
    await finds(scene, 'ann', { q: 'tuesday', threadId: other.threadId }, ['Tuesday elsewhere']);
    await finds(scene, 'ann', { q: 'tuesday', learnerId: 'lena' }, [TEXTS[0]!]);
    await finds(scene, 'root', { q: 'tuesday', threadId: made.threadId }, [TEXTS[0]!]);
  }),
  story(`${route}: pages show everything once`, [route], async (scene) => {
    const { id: threadId } = await scene.as('ann').expect<{ id: string }>(201, `POST ${THREADS}`, { body: {} });
    const texts = Array.from({ length: 7 }, (_, index) => `gnu number${index}`);
    for (const content of texts) await post(scene, threadId, { content });
    await finds(scene, 'ann', { q: 'gnu' }, texts);
    const seen: string[] = [];
    for (let cursor: string | null | undefined; cursor !== null;) {
      const query = { q: 'gnu', limit: 3, ...(cursor ? { cursor } : {}) };
      const page: SearchPage = await scene.as('ann').expect<SearchPage>(200, route, { query });
      seen.push(...page.items.map(({ message }) => message!.content));
      cursor = page.nextCursor;
    }
    like(seen.toSorted(), texts, 'texts');
  }),
  ...(
    [
      ['no words', {}],
      ['an empty text', { q: '' }],
      ['no letter', { q: '!?' }],
      ['501 characters', { q: 'x'.repeat(501) }],
      ['a limit of 0', { q: 'x', limit: 0 }],
      ['a cursor of its own making', { q: 'x', cursor: 'nonsense' }],
      ['an unknown parameter', { q: 'x', sort: 'date' }],
    ] as const
  ).flatMap(([what, query]) =>
    request({
      route,
      name: `refuses ${what}`,
      request: () => ({ query }),
      expect: 'invalid_request',
      unpermitted: null,
    }),
  ),
  ...request({
    route,
    name: 'nothing said, nothing found',
    request: () => ({ query: { q: 'x' } }),
    expect: 200,
    stranger: 200,
    elsewhere: 200,
  }),
];
