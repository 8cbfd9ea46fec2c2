import { story, type Case } from '../case';
import { isMicroTimestamp, isText, like } from '../like';
import { request, SECRET_WORD } from '../variants';
import { inside } from './conversation';
import { given, room, textOf, type Room } from './given';

/** The surface in snake case, which the gRPC service has too. */
const CONVERSATIONS = '/v1/conversations';
const MESSAGES = `${CONVERSATIONS}/{conversationId}/messages`;
const SEND = 'POST /v1/messages';

const sending = (made: Room) => ({
  body: { conversation_id: made.threadId, content: `hello, ${SECRET_WORD}`, idempotency_key: 'unique-key-123' },
});

const routes: Case[] = [
  ...request<Room>({
    route: SEND,
    name: 'sends',
    given: given(),
    as: 'bob',
    request: sending,
    expect: 201,
    elsewhere: 'not_found',
    stranger: 'not_found',
    then: ({ body }, made) =>
      like(body, {
        message: { conversation_id: made.threadId, sender_id: 'bob', message_index: 2, created_at: isMicroTimestamp },
      }),
  }),
  ...request<Room>({
    route: SEND,
    name: 'wants a key',
    given: given(),
    request: ({ threadId }) => ({ body: { conversation_id: threadId, content: 'x' } }),
    expect: 'invalid_request',
  }),
  ...request<Room>({
    route: SEND,
    name: 'refuses when it is closed',
    given: given({ status: 'archived' }),
    request: sending,
    expect: 'thread_closed',
    elsewhere: 'not_found',
    stranger: 'not_found',
  }),
  ...request<Room>({
    route: `GET ${MESSAGES}`,
    name: 'newest first',
    given: given({ posts: ['ann', 'bob'] }),
    request: inside({ query: { limit: 1 } }),
    expect: 200,
    then: ({ body }) =>
      like(body, { messages: [{ content: textOf(2) }], has_more: true, next_before_timestamp: isMicroTimestamp }),
  }),
  ...request<Room>({
    route: `GET ${CONVERSATIONS}`,
    name: 'lists',
    given: given(),
    request: () => ({ query: { limit: 1 } }),
    expect: 200,
    then: ({ body }, made) =>
      like(body, { conversations: [{ id: made.threadId, last_message: { content: textOf(1) } }] }),
  }),
  ...request<Room>({
    route: `POST ${CONVERSATIONS}/{conversationId}/read`,
    name: 'reads all',
    given: given({ posts: ['ann', 'ann'] }),
    as: 'bob',
    request: inside(),
    expect: 200,
    left: [],
    then: ({ body }, made) =>
      like(body, {
        conversation_id: made.threadId,
        message_id: made.messages[1]!.id,
        read_at: isText,
        unread_count: 0,
      }),
  }),
];

const stories: Case[] = [
  story(`${SEND}: again under the same key, with the first answer`, [SEND], async (scene) => {
    const made = await room(scene);
    const first = await scene.as('bob').expect<object>(201, SEND, sending(made));
    const again = await scene.as('bob').ask(SEND, sending(made));
    like(again, { status: 409, body: { code: 'already_exists', message: isText, details: first } });
  }),
  story(`GET ${MESSAGES}: goes on by time, in either case of its name`, [`GET ${MESSAGES}`], async (scene) => {
    const made = await room(scene, { posts: ['ann', 'bob', 'ann'] });
    const params = { conversationId: made.threadId };
    interface Page {
      next_before_timestamp: string;
    }
    const page = await scene.as('ann').expect<Page>(200, `GET ${MESSAGES}`, { params, query: { limit: 2 } });
    for (const name of ['before_timestamp', 'beforeTimestamp']) {
      const query = { limit: 2, [name]: page.next_before_timestamp };
      const next = await scene.as('ann').expect<object>(200, `GET ${MESSAGES}`, { params, query });
      like(next, { messages: [{ content: textOf(1) }], has_more: false, next_before_timestamp: null });
    }
  }),
];

export const v1Cases: readonly Case[] = [...routes, ...stories];
