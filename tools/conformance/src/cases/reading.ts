import { story, type Case, type Scene } from '../case';
import { isMicroTimestamp, like } from '../like';
import { request } from '../variants';
import { given, MESSAGE, PARTICIPANT, room, THREAD, threadOf, type Room } from './given';

const read = `PUT ${THREAD}/read`;
const receipts = `GET ${THREAD}/receipts`;
const unread = 'GET /api/v1/unread';
const get = `GET ${THREAD}`;
const talk = { posts: ['ann', 'bob', 'mo'] } as const;
const upTo = (made: Room, index: number) => ({ ...threadOf(made), body: { messageId: made.messages[index - 1]!.id } });
const unreadOf = async (scene: Scene, who: 'ann' | 'bob' | 'mo' | 'cyd', made: Room) =>
  (await scene.as(who).expect<{ unreadCount: number }>(200, get, threadOf(made))).unreadCount;
/** For these, reading is enough: what is denied is denied to who may not even read. */
const readers = { left: [] as string[] };

export const readingCases: Case[] = [
  ...request<Room>({
    route: read,
    name: 'up to a message',
    given: given(talk),
    as: 'bob',
    request: (made) => upTo(made, 1),
    expect: 200,
    ...readers,
    then: ({ body }, made) =>
      like(body, {
        ...{ threadId: made.threadId, conversationId: made.threadId, messageId: made.message.id, messageIndex: 1 },
        ...{ readAt: isMicroTimestamp, unreadCount: 1 },
      }),
  }),
  ...request<Room>({
    route: read,
    name: 'all of it',
    given: given(talk),
    as: 'bob',
    request: threadOf,
    expect: 200,
    ...readers,
    then: ({ body }) => like(body, { messageIndex: 3, unreadCount: 0 }),
  }),
  ...request<Room>({
    route: read,
    name: 'an empty thread',
    given: given({ posts: [] }),
    request: threadOf,
    expect: 200,
    ...readers,
    then: ({ body }) => like(body, { messageId: null, unreadCount: 0 }),
  }),
  ...request<Room>({
    route: read,
    name: 'a message that is not there',
    given: given(),
    request: (made) => ({ ...threadOf(made), body: { messageId: 'nothing' } }),
    expect: 'not_found',
    unpermitted: 'forbidden',
    ...readers,
  }),
  ...request<Room>({
    route: read,
    name: 'refuses an unknown field',
    given: given(),
    request: (made) => ({ ...threadOf(made), body: { upTo: 3 } }),
    expect: 'invalid_request',
  }),
  story(`${read}: a position never goes back`, [read], async (scene) => {
    const made = await room(scene, talk);
    await scene.as('bob').expect(200, read, upTo(made, 3));
    like(await scene.as('bob').expect(200, read, upTo(made, 1)), { messageIndex: 3, unreadCount: 0 });
  }),
  story(`${unread}: own and deleted messages do not count`, [unread, read], async (scene) => {
    const made = await room(scene, { posts: ['ann', 'bob', 'ann', 'mo'] });
    const counts = async () => [
      await unreadOf(scene, 'ann', made),
      await unreadOf(scene, 'bob', made),
      await unreadOf(scene, 'mo', made),
    ];
    like(await counts(), [2, 3, 3], 'after posting');
    const params = (index: number) => ({
      params: { threadId: made.threadId, messageId: made.messages[index - 1]!.id },
    });
    await scene.as('ann').expect(204, `DELETE ${MESSAGE}`, params(3));
    like(await counts(), [2, 2, 2], 'after a deletion');
    await scene.as('ann').expect(200, `PATCH ${MESSAGE}`, { ...params(1), body: { content: 'edited' } });
    like(await counts(), [2, 2, 2], 'after an edit');
    await scene.as('bob').expect(200, read, upTo(made, 1));
    like(await counts(), [2, 1, 2], 'after reading');
    await scene.as('mo').expect(204, `DELETE ${MESSAGE}`, params(4));
    like(await counts(), [1, 0, 2], 'after deleting what was unread');
  }),
  ...request<Room>({
    route: unread,
    name: 'by thread and in total',
    async given(scene) {
      const [one] = [
        await room(scene, talk),
        await room(scene, { posts: ['bob'] }),
        await room(scene, { posts: ['ann'] }),
      ];
      return one!;
    },
    expect: 200,
    elsewhere: 200,
    thenElsewhere: ({ body }) => like(body, { total: 0, threads: [] }),
    stranger: 200,
    then: ({ body }) => like(body, { total: 3, threads: [{ unreadCount: 1 }, { unreadCount: 2 }] }),
  }),
  story(`${unread}: who leaves has nothing unread there`, [unread], async (scene) => {
    const made = await room(scene, talk);
    like(await scene.as('bob').expect(200, unread), { total: 2 });
    await scene.as('bob').expect(204, `DELETE ${PARTICIPANT}`, { params: { threadId: made.threadId, userId: 'bob' } });
    like(await scene.as('bob').expect(200, unread), { total: 0, threads: [] });
  }),
  ...request<Room>({
    route: receipts,
    name: 'who has read how far, furthest first',
    async given(scene) {
      const made = await room(scene, talk);
      await scene.as('bob').expect(200, read, upTo(made, 1));
      await scene.as('mo').expect(200, read, upTo(made, 2));
      return made;
    },
    request: threadOf,
    expect: 200,
    then: ({ body }, made) =>
      like(body, {
        items: [
          { userId: 'mo', messageId: made.messages[1]!.id, messageIndex: 2, readAt: isMicroTimestamp },
          { userId: 'bob', messageId: made.message.id, messageIndex: 1 },
        ],
      }),
  }),
  story(`${receipts}: participants show how far they have read`, [receipts, read], async (scene) => {
    const made = await room(scene, talk);
    await scene.as('bob').expect(200, read, upTo(made, 2));
    const { participants } = await scene
      .as('ann')
      .expect<{ participants: { userId: string; readIndex: number }[] }>(200, get, threadOf(made));
    like(
      participants.find(({ userId }) => userId === 'bob'),
      { readIndex: 2 },
      'bob',
    );
    like(
      participants.find(({ userId }) => userId === 'mo'),
      { readIndex: 0 },
      'mo',
    );
  }),
];
