import type { MessageResource } from '@threadlog/events';
import { story, type Case, type Scene } from '../case';
import { like } from '../like';
import { request } from '../variants';
import { given, MESSAGE, MESSAGES, post, room, threadOf, type Page, type Room } from './given';

const route = `GET ${MESSAGES}`;
const five = { posts: ['ann', 'bob', 'ann', 'bob', 'ann'], deleted: 3 } as const;
type Query = Record<string, string | number | boolean>;
const ask = (query: Query) => (made: Room) => ({ ...threadOf(made), query });
const indexes = (list: readonly number[]) => list.map((messageIndex) => ({ messageIndex }));

/** Of five messages whose third is deleted. */
const pages: [string, Query, number[], number][] = [
  ['newest first', {}, [5, 4, 2, 1], 4],
  ['oldest first', { order: 'asc' }, [1, 2, 4, 5], 4],
  ['with tombstones', { includeDeleted: true }, [5, 4, 3, 2, 1], 5],
  ['a limit', { limit: 2 }, [5, 4], 4],
  ['the same parameter twice in meaning', { limit: 200 }, [5, 4, 2, 1], 4],
];

const walk = async (scene: Scene, made: Room, { order, by }: { order: 'asc' | 'desc'; by: 'before' | 'after' }) => {
  const seen: number[] = [];
  let cursor: string | null = null;
  for (let more = true; more;) {
    const query: Query = { order, limit: 2, ...(cursor === null ? {} : { [by]: cursor }) };
    const page: Page<MessageResource> = await scene.as('bob').expect(200, route, ask(query)(made));
    seen.push(...page.messages!.map(({ messageIndex }) => messageIndex));
    more = page.hasMore;
    cursor = page.nextCursor;
    if (seen.length === 2) await post(scene, made.threadId, { who: 'mo', content: 'meanwhile' });
  }
  return seen;
};

export const messagePageCases: Case[] = [
  ...pages.flatMap(([name, query, expected, totalCount]) =>
    request<Room>({
      route,
      name,
      given: given(five),
      request: ask(query),
      expect: 200,
      then: ({ body }) => like(body, { messages: indexes(expected), totalCount }),
    }),
  ),
  ...request<Room>({
    route,
    name: 'a tombstone has no text',
    given: given(five),
    request: ask({ includeDeleted: true, order: 'asc' }),
    expect: 200,
    then: ({ body }) => like((body as Page<MessageResource>).messages![2], { content: null, attachments: [] }),
  }),
  ...request<Room>({
    route,
    name: 'of an empty thread',
    given: given({ posts: [] }),
    request: threadOf,
    expect: 200,
    then: ({ body }) => like(body, { messages: [], hasMore: false, nextCursor: null, totalCount: 0 }),
  }),
  ...(
    [
      ['a limit of 0', { limit: 0 }],
      ['a limit of 201', { limit: 201 }],
      ['an unknown order', { order: 'random' }],
      ['a cursor of its own making', { before: '17' }],
      ['an unknown parameter', { page: 2 }],
      ['a flag that is none', { includeDeleted: 'perhaps' }],
    ] as const
  ).flatMap(([what, query]) =>
    request<Room>({ route, name: `refuses ${what}`, given: given(), request: ask(query), expect: 'invalid_request' }),
  ),
  story(`${route}: walking back shows each once, whatever is written meanwhile`, [route], async (scene) => {
    like(await walk(scene, await room(scene, five), { order: 'desc', by: 'before' }), [5, 4, 2, 1], 'indexes');
  }),
  story(`${route}: walking on shows each once, and what is written meanwhile`, [route], async (scene) => {
    like(await walk(scene, await room(scene, five), { order: 'asc', by: 'after' }), [1, 2, 4, 5, 6], 'indexes');
  }),
  story(`${route}: prevCursor finds what came since`, [route], async (scene) => {
    const made = await room(scene, { posts: ['ann', 'bob'] });
    const { prevCursor } = await scene.as('bob').expect<Page<MessageResource>>(200, route, threadOf(made));
    await post(scene, made.threadId, { content: 'news' });
    const page = await scene.as('bob').expect(200, route, ask({ order: 'asc', after: prevCursor! })(made));
    like(page, { messages: [{ messageIndex: 3, content: 'news' }], hasMore: false });
  }),
  story(`${route}: a parameter sent twice alike counts once`, [route], async (scene) => {
    const made = await room(scene, five);
    const twice = { method: 'GET', path: `?limit=2&limit=2` };
    const answer = await scene.as('bob').ask(`${twice.method} ${MESSAGES}${twice.path}`, threadOf(made));
    like(answer.body, { messages: indexes([5, 4]) });
  }),
  story(`${route}: who joins late sees what came since`, [route], async (scene) => {
    const made = await room(scene, { posts: ['ann', 'bob'] });
    const body = { userId: 'cyd', history: 'from_join' };
    await scene.as('ann').expect(201, 'POST /api/v1/threads/{threadId}/participants', { ...threadOf(made), body });
    like(await scene.as('cyd').expect(200, route, threadOf(made)), { messages: [], totalCount: 0 });
    await post(scene, made.threadId, { content: 'welcome' });
    like(await scene.as('cyd').expect(200, route, threadOf(made)), { messages: indexes([3]), totalCount: 1 });
  }),
  story(`${route}: a sub-thread numbers its own, and its root counts the replies`, [route], async (scene) => {
    const made = await room(scene);
    const body = { parentThreadId: made.threadId, rootMessageId: made.message.id };
    const { id } = await scene.as('bob').expect<{ id: string }>(201, 'POST /api/v1/threads', { body });
    await post(scene, id, { who: 'mo', content: 'one' });
    const last = await post(scene, id, { who: 'bob', content: 'two' });
    like(last, { messageIndex: 2, threadId: id, conversationId: made.threadId });
    like(await scene.as('ann').expect(200, route, { params: { threadId: id } }), { totalCount: 2 });
    const root = await scene.as('ann').expect(200, `GET ${MESSAGE}`, { params: made.params });
    like(root, { replyCount: 2, lastReplyAt: last.createdAt });
    await scene.as('eve').expect('not_found', route, { params: { threadId: id } });
  }),
];
