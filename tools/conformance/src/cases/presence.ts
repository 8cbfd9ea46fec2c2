import { story, type Case } from '../case';
import { isText, like } from '../like';
import { request } from '../variants';
import { eventually } from '../wait';
import { given, PARTICIPANT, room, THREAD, threadOf, type Room } from './given';

const presence = 'GET /api/v1/presence';
const ids = (length: number): string => Array.from({ length }, (_, index) => `u${index}`).join(',');
const idsOf = (body: unknown): string[] => (body as { items: { userId: string }[] }).items.map(({ userId }) => userId);

const refusals: [string, Record<string, string>][] = [
  ['no ids', {}],
  ['an empty list', { userIds: '' }],
  ['an id that is none', { userIds: 'ann,..' }],
  ['101 ids', { userIds: ids(101) }],
  ['an unknown parameter', { userIds: 'ann', colour: 'red' }],
];

export const presenceCases: Case[] = [
  ...request<Room>({
    route: presence,
    name: 'of who shares a thread, in the order asked for',
    given: given({ learnerId: 'lena' }),
    request: () => ({ query: { userIds: 'mo,eve,nobody,ann,bob,mo' } }),
    expect: 200,
    then: ({ body }) =>
      like(body, {
        items: ['mo', 'ann', 'bob'].map((userId) => ({ userId, state: 'offline', lastSeenAt: null })),
      }),
    elsewhere: 200,
    thenElsewhere: ({ body }) => like(idsOf(body), ['ann'], 'users'),
    stranger: 200,
  }),
  ...(['eve', 'root', 'tess', 'lena'] as const).flatMap((as) =>
    request<Room>({
      route: presence,
      name: `of itself alone to ${as}, who takes no part`,
      given: given({ learnerId: 'lena' }),
      as,
      request: () => ({ query: { userIds: `ann,bob,${as}` } }),
      expect: 200,
      then: ({ body }) => like(idsOf(body), [as], 'users'),
      elsewhere: 200,
      thenElsewhere: ({ body }) => like(idsOf(body), [as], 'users'),
      stranger: 200,
    }),
  ),
  ...refusals.flatMap(([what, query]) =>
    request({ route: presence, name: `refuses ${what}`, request: () => ({ query }), expect: 'invalid_request' }),
  ),
  ...request({
    route: presence,
    name: 'takes a hundred ids',
    request: () => ({ query: { userIds: ids(100) } }),
    expect: 200,
    then: ({ body }) => like(body, { items: [] }),
    elsewhere: 200,
    stranger: 200,
  }),
  story(`${presence}: not of who left, nor of a thread that is gone`, [presence], async (scene) => {
    const made = await room(scene);
    const asked = async () => idsOf(await scene.as('ann').expect(200, presence, { query: { userIds: 'bob,mo' } }));
    const params = { threadId: made.threadId, userId: 'bob' };
    await scene.as('bob').expect(204, `DELETE ${PARTICIPANT}`, { params });
    like(await asked(), ['mo'], 'after bob left');
    await scene.as('ann').expect(204, `DELETE ${THREAD}`, threadOf(made));
    like(await asked(), [], 'after the thread was deleted');
  }),
  // Presence comes from the sockets: where there are none, nobody is ever online.
  story(`${presence}: who connects is online, and was seen when it has gone`, ['socket', presence], async (scene) => {
    await room(scene);
    const socket = await scene.socket('bob');
    await socket.receives('hello');
    const told = (expected: object) =>
      eventually(async () => {
        const body = await scene.as('ann').expect(200, presence, { query: { userIds: 'bob' } });
        like(body, { items: [{ userId: 'bob', lastSeenAt: isText, ...expected }] });
      });
    await told({ state: 'online' });
    socket.close();
    await told({ state: 'offline' });
  }),
];
