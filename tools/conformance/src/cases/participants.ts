import type { ParticipantResource } from '@threadlog/events';
import { story, type Case } from '../case';
import { like } from '../like';
import { request } from '../variants';
import { given, PARTICIPANT, PARTICIPANTS, room, THREAD, threadOf, THREADS, type Page, type Room } from './given';

const add = `POST ${PARTICIPANTS}`;
const list = `GET ${PARTICIPANTS}`;
const patch = `PATCH ${PARTICIPANT}`;
const remove = `DELETE ${PARTICIPANT}`;
const adding = (body: unknown) => (made: Room) => ({ ...threadOf(made), body });
const about =
  (userId: string, rest: object = {}) =>
  (made: Room) => ({ params: { threadId: made.threadId, userId }, ...rest });

export const participantCases: Case[] = [
  ...(['member', 'moderator', 'owner', 'agent'] as const).flatMap((role) =>
    request<Room>({
      route: add,
      name: `adds as ${role}`,
      given: given(),
      request: adding({ userId: 'cyd', role }),
      expect: 201,
      then: ({ body }) => like(body, { userId: 'cyd', role, readIndex: 0 }),
    }),
  ),
  ...request<Room>({
    route: add,
    name: 'who is there already stays as it is',
    given: given(),
    request: adding({ userId: 'bob', role: 'owner' }),
    expect: 200,
    then: ({ body }) => like(body, { userId: 'bob', role: 'member' }),
  }),
  ...(
    [
      ['nobody', {}],
      ['an unknown role', { userId: 'cyd', role: 'king' }],
      ['an id that is none', { userId: '..' }],
      ['an unknown history', { userId: 'cyd', history: 'some' }],
    ] as const
  ).flatMap(([what, body]) =>
    request<Room>({
      route: add,
      name: `refuses ${what}`,
      given: given(),
      request: adding(body),
      expect: 'invalid_request',
    }),
  ),
  ...request<Room>({
    route: list,
    name: 'shows everybody in the order of joining',
    given: given(),
    request: threadOf,
    expect: 200,
    then: ({ body }) => like((body as Page<ParticipantResource>).items!.length, 3, 'items'),
  }),
  ...request<Room>({
    route: list,
    name: 'refuses a limit of 0',
    given: given(),
    request: (made) => ({ ...threadOf(made), query: { limit: 0 } }),
    expect: 'invalid_request',
  }),
  ...request<Room>({
    route: patch,
    name: 'gives another role',
    given: given(),
    request: about('bob', { body: { role: 'moderator' } }),
    expect: 200,
    then: ({ body }) => like(body, { userId: 'bob', role: 'moderator' }),
  }),
  ...request<Room>({
    route: patch,
    name: 'the same role is no change',
    given: given(),
    request: about('bob', { body: { role: 'member' } }),
    expect: 200,
  }),
  ...request<Room>({
    route: patch,
    name: 'refuses no role',
    given: given(),
    request: about('bob', { body: {} }),
    expect: 'invalid_request',
  }),
  ...request<Room>({
    route: patch,
    name: 'somebody who is not there',
    given: given(),
    request: about('eve', { body: { role: 'member' } }),
    expect: 'not_found',
    unpermitted: 'forbidden',
  }),
  ...request<Room>({
    route: patch,
    name: 'the last owner stays owner',
    given: given(),
    request: about('ann', { body: { role: 'member' } }),
    expect: 'conflict',
  }),
  ...request<Room>({
    route: remove,
    name: 'the last owner stays',
    given: given(),
    request: about('ann'),
    expect: 'conflict',
  }),
  ...request<Room>({
    route: remove,
    name: 'somebody who is not there',
    given: given(),
    request: about('eve'),
    expect: 'not_found',
    unpermitted: 'forbidden',
  }),
  ...request<Room>({
    route: remove,
    name: 'leaving',
    given: given(),
    as: 'bob',
    request: about('bob'),
    expect: 204,
    async then(_answer, made, scene) {
      await scene.as('bob').expect('not_found', `GET ${THREAD}`, threadOf(made));
      like(await scene.as('ann').expect(200, `GET ${THREAD}`, threadOf(made)), { participantCount: 2 });
    },
  }),
  story(`${remove}: an owner can go once there is another`, [remove, patch], async (scene) => {
    const made = await room(scene);
    await scene.as('ann').expect(200, patch, about('bob', { body: { role: 'owner' } })(made));
    await scene.as('ann').expect(204, remove, about('ann')(made));
    like(await scene.as('bob').expect(200, list, threadOf(made)), (page: unknown) => {
      const members = (page as Page<ParticipantResource>).items!.map(({ userId, role }) => `${userId} ${role}`).sort();
      return members.join() === 'bob owner,mo moderator';
    });
  }),
  story(`${add}: who was removed comes back, with the whole history`, [add, remove], async (scene) => {
    const made = await room(scene);
    await scene.as('ann').expect(204, remove, about('bob')(made));
    await scene.as('ann').expect(201, add, adding({ userId: 'bob' })(made));
    like(await scene.as('bob').expect(200, `GET ${THREAD}`, threadOf(made)), { messageCount: 1 });
  }),
  story(`${add}: nobody hands on more of the past than they see`, [add], async (scene) => {
    const made = await room(scene);
    await scene.as('ann').expect(201, add, adding({ userId: 'cyd', role: 'owner', history: 'from_join' })(made));
    await scene.as('cyd').expect(201, add, adding({ userId: 'eve', history: 'all' })(made));
    like(await scene.as('eve').expect(200, `GET ${THREAD}`, threadOf(made)), { messageCount: 0 });
  }),
  story(`${add}: a direct conversation takes no third, and nobody out`, [add, remove], async (scene) => {
    const body = { type: 'direct', participantIds: ['bob'] };
    const { id } = await scene.as('ann').expect<{ id: string }>(201, `POST ${THREADS}`, { body });
    const params = { threadId: id };
    await scene.as('ann').expect('conflict', add, { params, body: { userId: 'cyd' } });
    await scene.as('ann').expect('conflict', remove, { params: { ...params, userId: 'bob' } });
    await scene.as('bob').expect(204, remove, { params: { ...params, userId: 'bob' } });
    const again = await scene.as('ann').expect<{ id: string }>(200, `POST ${THREADS}`, { body });
    like(again.id, id, 'id');
    like(await scene.as('bob').expect(200, `GET ${THREAD}`, { params }), { participantCount: 2 });
  }),
  story(`${add}: people of a sub-thread are its root's`, [add, list], async (scene) => {
    const made = await room(scene);
    const { id } = await scene
      .as('ann')
      .expect<{ id: string }>(201, `POST ${THREADS}`, { body: { parentThreadId: made.threadId } });
    const params = { threadId: id };
    await scene.as('ann').expect('conflict', add, { params, body: { userId: 'cyd' } });
    await scene.as('ann').expect(201, add, adding({ userId: 'cyd' })(made));
    like(await scene.as('cyd').expect<Page<ParticipantResource>>(200, list, { params }), { items: [{}, {}, {}, {}] });
  }),
  story(`${list}: pages show everybody once`, [list], async (scene) => {
    const participantIds = Array.from({ length: 24 }, (_, index) => `u${String(index).padStart(2, '0')}`);
    const { id } = await scene.as('ann').expect<{ id: string }>(201, `POST ${THREADS}`, { body: { participantIds } });
    const seen: string[] = [];
    for (let cursor: string | null | undefined; cursor !== null;) {
      const query = { limit: 10, ...(cursor ? { cursor } : {}) };
      const page: Page<ParticipantResource> = await scene
        .as('ann')
        .expect(200, list, { params: { threadId: id }, query });
      seen.push(...page.items!.map(({ userId }) => userId));
      cursor = page.nextCursor;
    }
    like(seen.toSorted(), ['ann', ...participantIds], 'people');
    const thread = await scene
      .as('ann')
      .expect<{ participants: unknown[] }>(200, `GET ${THREAD}`, { params: { threadId: id } });
    like(thread.participants.length, 20, 'participants shown in the thread');
  }),
];
