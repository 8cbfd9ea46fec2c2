import type { ThreadResource } from '@threadlog/events';
import { story, type Case, type Scene } from '../case';
import { like } from '../like';
import { request } from '../variants';
import { PARTICIPANTS, room, THREAD, THREADS, post, type Page } from './given';

const route = `GET ${THREADS}`;
const create = `POST ${THREADS}`;

/** Three threads of `ann`: about `lena` by voice, with `bob`, and an archived one; the last is the newest. */
async function three(scene: Scene): Promise<string[]> {
  const owner = scene.as('ann', { learnerIds: ['lena'] });
  const make = async (body: object) => (await owner.expect<ThreadResource>(201, create, { body })).id;
  const ids = [
    await make({ learnerId: 'lena', channel: 'voice', title: 'one' }),
    await make({ participantIds: ['bob'], title: 'two' }),
    await make({ title: 'three' }),
  ];
  await owner.expect(200, `PATCH ${THREAD}`, { params: { threadId: ids[2]! }, body: { status: 'archived' } });
  return ids;
}

const isEmpty = { body: { threads: [], hasMore: false, nextCursor: null, prevCursor: null } };
const filters: [string, Record<string, string | number | boolean>, number[]][] = [
  ['all, newest activity first', {}, [2, 1, 0]],
  ['by learner', { learnerId: 'lena' }, [0]],
  ['by status', { status: 'archived' }, [2]],
  ['by channel', { channel: 'voice' }, [0]],
  ['by participant', { participantId: 'bob' }, [1]],
  ['by activity in the future', { updatedAfter: '2999-01-01T00:00:00Z' }, []],
  ['by activity in the past', { updatedAfter: '2020-01-01T00:00:00Z' }, [2, 1, 0]],
  ['by two filters that nothing meets', { learnerId: 'lena', status: 'archived' }, []],
];

export const threadListCases: Case[] = [
  ...filters.flatMap(([name, query, indexes]) =>
    request<string[]>({
      route,
      name,
      given: three,
      request: () => ({ query }),
      expect: 200,
      then: ({ body }, ids) => like(body, { threads: indexes.map((index) => ({ id: ids[index] })) }),
      elsewhere: 200,
      thenElsewhere: ({ body }) => like(body, isEmpty.body),
      stranger: 200,
    }),
  ),
  ...(
    [
      ['a limit of 0', { limit: 0 }],
      ['a limit of 201', { limit: 201 }],
      ['a limit that is no number', { limit: 'many' }],
      ['an unknown parameter', { colour: 'red' }],
      ['an unknown status', { status: 'paused' }],
      ['a cursor of its own making', { cursor: 'bm90aGluZw' }],
      ['a time without offset', { updatedAfter: '2026-01-01T00:00:00' }],
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
  story(`${route}: pages show everything once, both ways`, [route], async (scene) => {
    const ids = (await three(scene)).reverse();
    const page = (query: Record<string, string | number>) =>
      scene.as('ann').expect<Page<ThreadResource>>(200, route, { query: { limit: 1, ...query } });
    const seen: string[] = [];
    let current = await page({});
    like(current.prevCursor, null, 'prevCursor');
    for (;;) {
      seen.push(...current.threads!.map(({ id }) => id));
      if (!current.hasMore) break;
      current = await page({ cursor: current.nextCursor! });
    }
    like(seen, ids, 'ids');
    const back = await page({ cursor: current.prevCursor! });
    like(back, { threads: [{ id: ids[1] }] });
  }),
  story(`${route}: a message moves its thread to the front`, [route], async (scene) => {
    const [first] = await three(scene);
    await post(scene, first!, { content: 'news' });
    const list = await scene.as('ann').expect<Page<ThreadResource>>(200, route);
    like(list.threads![0], { id: first, messageCount: 1 });
  }),
  story(`${route}: shows what the caller takes part in or has in scope, and nothing else`, [route], async (scene) => {
    const ids = await three(scene);
    const listed = async (who: 'bob' | 'tess' | 'lena' | 'eve' | 'root' | 'gus') =>
      (await scene.as(who).expect<Page<ThreadResource>>(200, route)).threads!.map(({ id }) => id);
    like(await listed('bob'), [ids[1]], 'bob');
    for (const who of ['tess', 'lena', 'gus'] as const) like(await listed(who), [ids[0]], who);
    like(await listed('eve'), [], 'eve');
    like(await listed('root'), ids.toReversed(), 'root');
  }),
  story(`${route}: who joins late sees counts of what it may see`, [route], async (scene) => {
    const made = await room(scene, { posts: ['ann', 'bob'] });
    const body = { userId: 'cyd', history: 'from_join' };
    await scene.as('ann').expect(201, `POST ${PARTICIPANTS}`, { params: { threadId: made.threadId }, body });
    const before = await scene.as('cyd').expect<Page<ThreadResource>>(200, route);
    like(before.threads, [{ messageCount: 0, unreadCount: 0, lastMessage: null }], 'threads');
    await post(scene, made.threadId, { who: 'bob', content: 'welcome' });
    const after = await scene.as('cyd').expect<Page<ThreadResource>>(200, route);
    like(after.threads, [{ messageCount: 1, unreadCount: 1, lastMessage: { content: 'welcome' } }], 'threads');
  }),
  story(`${route}: sub-threads only where they are asked for`, [route], async (scene) => {
    const made = await room(scene);
    const body = { parentThreadId: made.threadId, title: 'aside' };
    const { id } = await scene.as('bob').expect<ThreadResource>(201, create, { body });
    like(await scene.as('bob').expect(200, route), { threads: [{ id: made.threadId }] });
    const query = { parentThreadId: made.threadId };
    like(await scene.as('bob').expect(200, route, { query }), { threads: [{ id, title: 'aside' }] });
    await scene.as('eve').expect('not_found', route, { query });
  }),
];
