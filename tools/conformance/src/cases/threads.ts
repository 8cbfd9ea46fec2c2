import type { ThreadResource } from '@threadlog/events';
import { story, type Case } from '../case';
import { fail, like } from '../like';
import { requireOutcome } from '../scene';
import { request } from '../variants';
import { given, MESSAGES, PARTICIPANT, post, room, THREAD, threadOf, THREADS, type Room } from './given';

const get = `GET ${THREAD}`;
const patch = `PATCH ${THREAD}`;
const remove = `DELETE ${THREAD}`;
const change = (body: unknown) => (made: Room) => ({ ...threadOf(made), body });

const getting: Case[] = [
  ...request<Room>({
    route: get,
    name: 'shows people, counts and the last message',
    given: given({ posts: ['ann', 'bob', 'bob'] }),
    request: threadOf,
    expect: 200,
    then({ body, headers }, made) {
      like(body, {
        ...{ id: made.threadId, messageCount: 3, unreadCount: 2, participantCount: 3, status: 'active' },
        lastMessage: { id: made.messages[2]!.id, content: made.messages[2]!.content, senderId: 'bob' },
        participants: [{ userId: 'ann', role: 'owner' }, {}, {}],
      });
      like(headers.get('etag'), (tag: unknown) => /^"\d+"$/.test(String(tag)), 'ETag');
    },
  }),
  ...request<Room>({
    route: get,
    name: 'a deleted message counts no more and is not the last',
    given: given({ posts: ['ann', 'bob'], deleted: 2 }),
    request: threadOf,
    expect: 200,
    then: ({ body }, made) => like(body, { messageCount: 1, unreadCount: 0, lastMessage: { id: made.message.id } }),
  }),
  ...request({
    route: get,
    name: 'one that is not there',
    request: () => ({ params: { threadId: 'none' } }),
    expect: 'not_found',
  }),
  ...request({
    route: get,
    name: 'refuses an id that is none',
    request: () => ({ params: { threadId: 'a b' } }),
    expect: 'invalid_request',
  }),
];

const changing: Case[] = [
  ...(['PATCH', 'PUT'] as const).flatMap((method) =>
    request<Room>({
      route: `${method} ${THREAD}`,
      name: 'changes the title alone',
      given: given(),
      request: change({ title: 'another' }),
      expect: 200,
      then: ({ body }) => like(body, { title: 'another', status: 'active', participantCount: 3, messageCount: 1 }),
    }),
  ),
  ...request<Room>({
    route: patch,
    name: 'takes the title away',
    given: given(),
    request: change({ title: null }),
    expect: 200,
    then: ({ body }) => like(body, { title: null }),
  }),
  ...request<Room>({
    route: patch,
    name: 'changes metadata as a whole',
    given: given(),
    request: change({ metadata: { a: 1 } }),
    expect: 200,
    then: ({ body }) => like(body, { metadata: { a: 1 } }),
  }),
  ...(['archived', 'completed', 'active'] as const).flatMap((status) =>
    request<Room>({
      route: patch,
      name: `makes it ${status}`,
      given: given({ status: 'archived' }),
      request: change({ status }),
      expect: 200,
      then: ({ body }) => like(body, { status }),
    }),
  ),
  ...(
    [
      ['no change', {}],
      ['an unknown field', { learnerId: 'lena' }],
      ['an unknown status', { status: 'paused' }],
      ['a title that is too long', { title: 'x'.repeat(501) }],
    ] as const
  ).flatMap(([what, body]) =>
    request<Room>({
      route: patch,
      name: `refuses ${what}`,
      given: given(),
      request: change(body),
      expect: 'invalid_request',
    }),
  ),
  ...request<Room>({
    route: patch,
    name: 'refuses another version',
    given: given(),
    request: (made) => ({ ...change({ title: 'x' })(made), headers: { 'if-match': '"999"' } }),
    expect: 'version_mismatch',
  }),
  ...request<Room>({
    route: patch,
    name: 'takes any version for *',
    given: given(),
    request: (made) => ({ ...change({ title: 'x' })(made), headers: { 'if-match': '*' } }),
    expect: 200,
  }),
  ...request<Room>({
    route: patch,
    name: 'refuses a tag that is none',
    given: given(),
    request: (made) => ({ ...change({ title: 'x' })(made), headers: { 'if-match': 'yesterday' } }),
    expect: 'invalid_request',
  }),
  story(`${patch}: the version that was read is taken once`, [patch, get], async (scene) => {
    const made = await room(scene);
    const tag = (await scene.as('ann').ask(get, threadOf(made))).headers.get('etag') ?? '';
    const ask = { ...change({ title: 'mine' })(made), headers: { 'if-match': tag } };
    const first = await scene.as('ann').ask(patch, ask);
    requireOutcome(first, 200);
    await scene.as('mo').expect('version_mismatch', patch, ask);
    const next = { ...ask, headers: { 'if-match': first.headers.get('etag') ?? '' } };
    await scene.as('mo').expect(200, patch, next);
  }),
  story(`${patch}: a message does not move the version of the settings`, [patch, get], async (scene) => {
    const made = await room(scene);
    const tag = (await scene.as('ann').ask(get, threadOf(made))).headers.get('etag') ?? '';
    await post(scene, made.threadId, { who: 'bob', content: 'meanwhile' });
    await scene.as('ann').expect(200, patch, { ...change({ title: 'x' })(made), headers: { 'if-match': tag } });
  }),
];

const deleting: Case[] = [
  ...request<Room>({
    route: remove,
    name: 'makes it unseen for everybody',
    given: given(),
    request: threadOf,
    expect: 204,
    async then(_answer, made, scene) {
      for (const who of ['ann', 'bob', 'root'] as const) {
        await scene.as(who).expect('not_found', get, threadOf(made));
        await scene.as(who).expect('not_found', `GET ${MESSAGES}`, threadOf(made));
      }
      await scene.as('ann').expect('not_found', `POST ${MESSAGES}`, { ...threadOf(made), body: { content: 'x' } });
      await scene.as('ann').expect('not_found', remove, threadOf(made));
    },
  }),
  story(`${remove}: sub-threads go with it`, [remove, get], async (scene) => {
    const made = await room(scene);
    const body = { parentThreadId: made.threadId };
    const { id } = await scene.as('bob').expect<ThreadResource>(201, `POST ${THREADS}`, { body });
    await scene.as('ann').expect(204, remove, threadOf(made));
    await scene.as('bob').expect('not_found', get, { params: { threadId: id } });
    await scene.as('bob').expect('not_found', `POST ${MESSAGES}`, { params: { threadId: id }, body: { content: 'x' } });
  }),
  story(`${remove}: who is removed sees it no more, who is added does`, [get], async (scene) => {
    const made = await room(scene);
    await scene.as('bob').expect(200, get, threadOf(made));
    await scene.as('ann').expect(204, `DELETE ${PARTICIPANT}`, { params: { threadId: made.threadId, userId: 'bob' } });
    await scene.as('bob').expect('not_found', get, threadOf(made));
    await scene.as('bob').expect('not_found', `POST ${MESSAGES}`, { ...threadOf(made), body: { content: 'x' } });
    const list = await scene.as('bob').expect<{ threads: unknown[] }>(200, `GET ${THREADS}`);
    if (list.threads.length > 0) fail('a thread that was left is still listed');
  }),
];

export const threadCases: Case[] = [...getting, ...changing, ...deleting];
