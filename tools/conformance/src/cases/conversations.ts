import type { ConversationResource } from '@threadlog/events';
import { story, type Case } from '../case';
import { fail, isText, like } from '../like';
import { request } from '../variants';
import { CONVERSATION, CONVERSATIONS, inside, of } from './conversation';
import { given, type Room } from './given';

const create = `POST ${CONVERSATIONS}`;
const get = `GET ${CONVERSATION}`;

const making: Case[] = [
  ...request({
    route: create,
    name: 'a group',
    request: () => ({ body: { type: 'group', title: 'maths', participantIds: ['bob'] } }),
    expect: 201,
    then({ body, headers }) {
      const { id } = body as ConversationResource;
      like(body, { id: isText, conversationId: id, type: 'group', title: 'maths', participantCount: 2 });
      like(headers.get('location'), (text: unknown) => String(text).endsWith(`${CONVERSATIONS}/${id}`), 'Location');
    },
  }),
  ...request({
    route: create,
    name: 'drops fields that it does not know',
    request: () => ({ body: { title: 'x', theme: 'dark' } }),
    expect: 201,
  }),
  ...request({
    route: create,
    name: 'refuses a direct one of three',
    request: () => ({ body: { type: 'direct', participantIds: ['bob', 'cyd'] } }),
    expect: 'invalid_request',
    unpermitted: 'forbidden',
  }),
  story(`${create}: a direct one is there once, also when the caller names itself`, [create], async (scene) => {
    const body = { type: 'direct', participantIds: ['ann', 'bob'] };
    const first = await scene.as('ann').expect<ConversationResource>(201, create, { body });
    const again = await scene.as('bob').expect<ConversationResource>(200, create, { body });
    if (first.id !== again.id) fail('the pair has two conversations');
    const canonical = await scene
      .as('ann')
      .expect<{ id: string }>(200, 'POST /api/v1/threads', { body: { type: 'direct', participantIds: ['bob'] } });
    like(canonical.id, first.id, 'id on the other surface');
  }),
  ...request<Room>({
    route: `GET ${CONVERSATIONS}`,
    name: 'lists',
    given: given({ posts: ['ann', 'bob'] }),
    request: () => ({ query: { limit: 10_000, theme: 'dark' } }),
    expect: 200,
    elsewhere: 200,
    thenElsewhere: ({ body }) => like(body, { conversations: [] }),
    stranger: 200,
    then: ({ body }, made) =>
      like(body, {
        conversations: [{ id: made.threadId, conversationId: made.threadId, unreadCount: 1 }],
        hasMore: false,
      }),
  }),
  ...request<Room>({
    route: get,
    name: 'shows it',
    given: given(),
    request: inside(),
    expect: 200,
    then: ({ body }, made) => like(body, { id: made.threadId, conversationId: made.threadId, messageCount: 1 }),
  }),
  ...(['PUT', 'PATCH'] as const).flatMap((method) =>
    request<Room>({
      route: `${method} ${CONVERSATION}`,
      name: 'changes the title',
      given: given(),
      request: inside({ body: { title: 'other' } }),
      expect: 200,
      then: ({ body }) => like(body, { title: 'other' }),
    }),
  ),
  ...request<Room>({
    route: `PUT ${CONVERSATION}`,
    name: 'refuses no change',
    given: given(),
    request: inside({ body: {} }),
    expect: 'invalid_request',
  }),
  ...request<Room>({
    route: `DELETE ${CONVERSATION}`,
    name: 'an owner deletes it for all',
    given: given(),
    request: inside(),
    expect: 204,
    then: async (_answer, made, scene) => void (await scene.as('bob').expect('not_found', get, of(made))),
  }),
  ...request<Room>({
    route: `DELETE ${CONVERSATION}`,
    name: 'a member leaves it',
    given: given(),
    as: 'bob',
    request: inside(),
    expect: 204,
    async then(_answer, made, scene) {
      await scene.as('bob').expect('not_found', get, of(made));
      like(await scene.as('ann').expect(200, get, of(made)), { participantCount: 2 });
    },
  }),
];

const PEOPLE = `${CONVERSATION}/participants`;
const people: Case[] = [
  ...request<Room>({
    route: `POST ${PEOPLE}`,
    name: 'adds one',
    given: given(),
    request: inside({ body: { userId: 'cyd' } }),
    expect: 201,
    then: ({ body }) => like(body, { participants: [{ userId: 'cyd', role: 'member' }] }),
  }),
  ...request<Room>({
    route: `POST ${PEOPLE}`,
    name: 'adds several',
    given: given(),
    request: inside({ body: { userIds: ['cyd', 'bob', 'u3'] } }),
    expect: 201,
    then: ({ body }) => like(body, { participants: [{ userId: 'cyd' }, { userId: 'bob' }, { userId: 'u3' }] }),
  }),
  ...request<Room>({
    route: `POST ${PEOPLE}`,
    name: 'all there already',
    given: given(),
    request: inside({ body: { userIds: ['bob'] } }),
    expect: 200,
  }),
  ...request<Room>({
    route: `POST ${PEOPLE}`,
    name: 'refuses nobody',
    given: given(),
    request: inside({ body: {} }),
    expect: 'invalid_request',
  }),
  ...request<Room>({
    route: `DELETE ${PEOPLE}/{userId}`,
    name: 'removes',
    given: given(),
    request: (made) => of(made, { params: { userId: 'bob' } }),
    expect: 204,
  }),
  ...request<Room>({
    route: `GET ${CONVERSATION}/presence`,
    name: 'of everybody',
    given: given(),
    request: inside(),
    expect: 200,
    then: ({ body }) => like(body, { online: [], items: [{}, {}, {}] }),
  }),
];

export const conversationCases: Case[] = [...making, ...people];
