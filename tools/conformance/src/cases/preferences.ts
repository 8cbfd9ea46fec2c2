import { story, type Case } from '../case';
import { like } from '../like';
import { request } from '../variants';
import { given, room, THREAD, threadOf, THREADS, type Room } from './given';

const preferences = `PATCH ${THREAD}/preferences`;
const read = `PUT ${THREAD}/read`;
const unread = 'GET /api/v1/unread';
const get = `GET ${THREAD}`;
const list = `GET ${THREADS}`;
const talk = { posts: ['ann', 'bob', 'mo'] } as const;
/** Whoever may read may prefer. */
const readers = { left: [] as string[] };
const change = (body: unknown) => (made: Room) => ({ ...threadOf(made), body });
const wishes: [string, Record<string, unknown>, Record<string, unknown>][] = [
  ['mutes until', { mutedUntil: '2030-01-01T00:00:00Z' }, { mutedUntil: '2030-01-01T00:00:00.000000Z' }],
  ['unmutes', { mutedUntil: null }, { mutedUntil: null }],
  ['pins', { pinned: true }, { pinned: true }],
  ['hides', { hidden: true }, { hidden: true }],
  ['marks as unread', { markedUnread: true }, { markedUnread: true }],
];

export const preferenceCases: Case[] = [
  ...wishes.flatMap(([name, body, expected]) =>
    request<Room>({
      route: preferences,
      name,
      given: given(),
      as: 'bob',
      request: change(body),
      expect: 200,
      ...readers,
      then: async ({ body: told }, made, scene) => {
        like(told, { threadId: made.threadId, preferences: expected });
        like(await scene.as('bob').expect(200, get, threadOf(made)), { preferences: expected });
        like(await scene.as('ann').expect(200, get, threadOf(made)), {
          preferences: { pinned: false, hidden: false, markedUnread: false },
        });
      },
    }),
  ),
  ...(
    [
      ['no change', {}],
      ['an unknown wish', { colour: 'red' }],
      ['a time that is none', { mutedUntil: 'tomorrow' }],
      ['a text for a flag', { pinned: 'yes' }],
    ] as const
  ).flatMap(([what, body]) =>
    request<Room>({
      route: preferences,
      name: `refuses ${what}`,
      given: given(),
      request: change(body),
      expect: 'invalid_request',
    }),
  ),
  story(
    `${preferences}: what is hidden is listed on its own, and counts no more`,
    [preferences, list, unread],
    async (scene) => {
      const made = await room(scene, talk);
      await scene.as('bob').expect(200, preferences, change({ hidden: true })(made));
      like(await scene.as('bob').expect(200, list), { threads: [] });
      like(await scene.as('bob').expect(200, list, { query: { hidden: true } }), { threads: [{ id: made.threadId }] });
      like(await scene.as('bob').expect(200, unread), { total: 0 });
      like(await scene.as('ann').expect(200, list), { threads: [{ id: made.threadId }] });
    },
  ),
  story(`${preferences}: reading takes the mark away`, [preferences, read], async (scene) => {
    const made = await room(scene, talk);
    await scene.as('bob').expect(200, read, threadOf(made));
    await scene.as('bob').expect(200, preferences, change({ markedUnread: true })(made));
    await scene.as('bob').expect(200, read, threadOf(made));
    like(await scene.as('bob').expect(200, get, threadOf(made)), {
      preferences: { markedUnread: false },
      unreadCount: 0,
    });
  }),
];
