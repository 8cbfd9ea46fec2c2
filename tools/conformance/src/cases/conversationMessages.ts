import { story, type Case } from '../case';
import { isText, like } from '../like';
import { request } from '../variants';
import { aboutMessage, CONVERSATION, inside, of } from './conversation';
import { given, MESSAGE, post, room, textOf, type Room } from './given';

const messages: Case[] = [
  ...request<Room>({
    route: `POST ${CONVERSATION}/messages`,
    name: 'sends',
    given: given(),
    as: 'bob',
    request: inside({ body: { content: 'hello', theme: 'dark' } }),
    expect: 201,
    then: ({ body }, made) =>
      like(body, { content: 'hello', conversationId: made.threadId, senderId: 'bob', messageIndex: 2 }),
  }),
  ...request<Room>({
    route: `POST ${CONVERSATION}/messages`,
    name: 'refuses an empty text',
    given: given(),
    request: inside({ body: { content: '' } }),
    expect: 'invalid_request',
  }),
  ...request<Room>({
    route: `POST ${CONVERSATION}/messages`,
    name: 'refuses when it is closed',
    given: given({ status: 'archived' }),
    request: inside({ body: { content: 'x' } }),
    expect: 'thread_closed',
  }),
  ...request<Room>({
    route: `GET ${CONVERSATION}/messages`,
    name: 'newest first, a limit of nonsense is the usual one',
    given: given({ posts: ['ann', 'bob'] }),
    request: inside({ query: { limit: 'lots' } }),
    expect: 200,
    then: ({ body }) =>
      like(body, { messages: [{ messageIndex: 2 }, { messageIndex: 1 }], hasMore: false, totalCount: 2 }),
  }),
  ...request<Room>({
    route: `GET ${CONVERSATION}/messages`,
    name: 'a limit of 0 is 1',
    given: given({ posts: ['ann', 'bob'] }),
    request: inside({ query: { limit: 0 } }),
    expect: 200,
    then: ({ body }) => like(body, { messages: [{ messageIndex: 2 }], hasMore: true, nextCursor: isText }),
  }),
  ...([`PATCH ${CONVERSATION}/messages/{messageId}`, 'PATCH /api/messages/{messageId}'] as const).flatMap((route) =>
    request<Room>({
      route,
      name: 'edits',
      given: given(),
      request: aboutMessage({ body: { content: 'better' } }),
      expect: 200,
      then: ({ body }) => like(body, { content: 'better', edit: 1 }),
    }),
  ),
  ...([`DELETE ${CONVERSATION}/messages/{messageId}`, 'DELETE /api/messages/{messageId}'] as const).flatMap((route) =>
    request<Room>({
      route,
      name: 'deletes',
      given: given(),
      request: aboutMessage(),
      expect: 204,
      then: async (_answer, made, scene) => void (await scene.as('ann').expect('gone', `GET ${MESSAGE}`, made)),
    }),
  ),
  ...request<Room>({
    route: 'PATCH /api/messages/{messageId}',
    name: 'one that is not there',
    request: () => ({ params: { messageId: 'nothing' }, body: { content: 'x' } }),
    expect: 'not_found',
  }),
  ...request<Room>({
    route: 'POST /api/messages/{messageId}/reactions',
    name: 'reacts',
    given: given(),
    request: aboutMessage({ body: { emoji: '👍' } }),
    expect: 200,
    then: ({ body }) => like(body, { reactions: [{ emoji: '👍', count: 1, mine: true }] }),
  }),
  ...request<Room>({
    route: 'POST /api/messages/{messageId}/reactions',
    name: 'refuses no emoji',
    given: given(),
    request: aboutMessage({ body: {} }),
    expect: 'invalid_request',
  }),
  ...request<Room>({
    route: 'DELETE /api/messages/{messageId}/reactions/{emoji}',
    name: 'takes it back',
    given: given(),
    request: (made) => ({ params: { messageId: made.message.id, emoji: '👍' } }),
    expect: 204,
  }),
  ...request<Room>({
    route: 'PUT /api/messages/{messageId}/read',
    name: 'reads up to it',
    given: given(),
    as: 'bob',
    request: aboutMessage(),
    expect: 200,
    left: [],
    then: ({ body }, made) =>
      like(body, { conversationId: made.threadId, messageId: made.message.id, readAt: isText, unreadCount: 0 }),
  }),
  ...request<Room>({
    route: `PUT ${CONVERSATION}/read`,
    name: 'reads all',
    given: given({ posts: ['ann', 'ann'] }),
    as: 'bob',
    request: inside(),
    expect: 200,
    left: [],
    then: ({ body }, made) =>
      like(body, { conversationId: made.threadId, messageId: made.messages[1]!.id, unreadCount: 0 }),
  }),
];

const RECENT = 'GET /api/v1/chat/conversations/{conversationId}/messages';
const recent: Case[] = [
  ...request<Room>({
    route: RECENT,
    name: 'exactly these fields, in snake case',
    given: given(),
    request: inside(),
    expect: 200,
    then({ body }, made) {
      const exact = {
        id: made.message.id,
        conversation_id: made.threadId,
        user_id: 'ann',
        content: textOf(1),
        message_type: 'user',
        metadata: {},
        created_at: made.message.createdAt,
        updated_at: made.message.updatedAt,
      };
      like(body, { messages: [exact], total_count: 1, has_more: false, next_cursor: null });
      const {
        messages: [shown],
        ...page
      } = body as { messages: [object] };
      like(Object.keys(shown).toSorted(), Object.keys(exact).toSorted(), 'fields of a message');
      like(Object.keys(page).toSorted(), ['has_more', 'next_cursor', 'total_count'], 'fields of the page');
    },
  }),
  story(`${RECENT}: next_cursor goes on, agents are assistants`, [RECENT], async (scene) => {
    const made = await room(scene, { posts: ['ann', 'bob'] });
    const params = { threadId: made.threadId };
    await scene
      .as('ann')
      .expect(201, 'POST /api/v1/threads/{threadId}/participants', { params, body: { userId: 'bot', role: 'agent' } });
    await post(scene, made.threadId, { who: 'bot', content: 'beep' });
    const page = await scene.as('ann').expect<{ next_cursor: string }>(200, RECENT, of(made, { query: { limit: 2 } }));
    like(page, {
      messages: [{ message_type: 'assistant', content: 'beep' }, { user_id: 'bob' }],
      total_count: 3,
      has_more: true,
    });
    const next = await scene.as('ann').expect(200, RECENT, of(made, { query: { limit: 2, cursor: page.next_cursor } }));
    like(next, { messages: [{ user_id: 'ann' }], has_more: false, next_cursor: null });
  }),
];

export const conversationMessageCases: Case[] = [...messages, ...recent];
