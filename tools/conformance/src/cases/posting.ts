import type { MessageResource } from '@threadlog/events';
import { story, type Case } from '../case';
import { fail, isMicroTimestamp, isText, like } from '../like';
import { requireOutcome } from '../scene';
import { request } from '../variants';
import { given, MESSAGE, MESSAGES, post, room, threadOf, type Room } from './given';

const route = `POST ${MESSAGES}`;
const say = (body: unknown) => (made: Room) => ({ ...threadOf(made), body });
const file = { externalFileId: 'file-1', label: 'sums.pdf', mime: 'application/pdf', bytes: 1024 };

const accepted: [string, Record<string, unknown>][] = [
  ['a text', { content: 'good morning' }],
  ['one character', { content: '.' }],
  ['32,000 characters', { content: 'x'.repeat(32_000) }],
  ['emoji, accents and other scripts', { content: 'Zażółć 🧮 算数 ๑๒๓\nnext line' }],
  ['text that looks like markup', { content: '<script>alert("x")</script> & {{this}}' }],
  ['a file with its attachment', { content: 'see', messageType: 'file', attachments: [file] }],
  ['attachments beside a text', { content: 'see', attachments: [file, { externalFileId: 'file-2' }] }],
  ['a picture without a caption', { content: '', attachments: [file] }],
  ['metadata of any depth', { content: 'x', metadata: { a: { b: [1, null, { c: true }] } } }],
  ['mentions of people who take part', { content: '@bob', mentions: ['bob', 'mo'] }],
  ['an id of the client’s own', { content: 'x', clientMessageId: 'tmp-1' }],
];

const refused: [string, unknown][] = [
  ['no body', undefined],
  ['no content', {}],
  ['an empty text', { content: '' }],
  ['32,001 characters', { content: 'x'.repeat(32_001) }],
  ['content that is an object', { content: { text: 'x' } }],
  ['a NUL', { content: 'a\0b' }],
  ['half a character', { content: 'a\ud800' }],
  ['an unknown type', { content: 'x', messageType: 'poem' }],
  ['an unknown field', { content: 'x', colour: 'red' }],
  ['a file without an attachment', { content: 'x', messageType: 'file' }],
  ['an attachment without an id', { content: 'x', attachments: [{ label: 'a' }] }],
  ['an attachment of negative size', { content: 'x', attachments: [{ externalFileId: 'f', bytes: -1 }] }],
  ['21 attachments', { content: 'x', attachments: Array.from({ length: 21 }, () => file) }],
  ['51 mentions', { content: 'x', mentions: Array.from({ length: 51 }, (_, index) => `u${index}`) }],
  ['metadata that is a text', { content: 'x', metadata: 'a' }],
  ['metadata beyond 16 KiB', { content: 'x', metadata: { text: 'x'.repeat(16_384) } }],
  ['an id of the client’s own with spaces', { content: 'x', clientMessageId: 'a b' }],
];

/** Refused for what stands in the thread: whoever may not see that is told nothing of it. */
const misplaced: [string, unknown][] = [
  ['a reply to nothing', { content: 'x', replyTo: 'nothing' }],
  ['a mention of a stranger', { content: 'x', mentions: ['eve'] }],
];

export const postingCases: Case[] = [
  ...accepted.flatMap(([what, body]) =>
    request<Room>({
      route,
      name: `takes ${what}`,
      given: given({ posts: [] }),
      as: 'bob',
      request: say(body),
      expect: 201,
      then: ({ body: message }) => like(message, body),
    }),
  ),
  ...refused.flatMap(([what, body]) =>
    request<Room>({
      route,
      name: `refuses ${what}`,
      given: given({ posts: [] }),
      request: say(body),
      expect: 'invalid_request',
      unpermitted: null,
    }),
  ),
  ...misplaced.flatMap(([what, body]) =>
    request<Room>({
      route,
      name: `refuses ${what}`,
      given: given(),
      request: say(body),
      expect: 'invalid_request',
      elsewhere: 'not_found',
      stranger: 'not_found',
      unpermitted: 'forbidden',
    }),
  ),
  ...(['archived', 'completed'] as const).flatMap((status) =>
    request<Room>({
      route,
      name: `refuses when it is ${status}`,
      given: given({ status }),
      request: say({ content: 'x' }),
      expect: 'thread_closed',
    }),
  ),
  ...request<Room>({
    route,
    name: 'a person cannot speak as the system',
    given: given(),
    request: say({ content: 'x', messageType: 'system' }),
    expect: 'forbidden',
  }),
  ...request<Room>({
    route,
    name: 'an administrator can',
    given: given(),
    as: 'root',
    request: say({ content: 'closing soon', messageType: 'system' }),
    expect: 201,
    unpermitted: 'not_found',
    then: ({ body }) => like(body, { messageType: 'system', senderId: 'root' }),
  }),
  ...request<Room>({
    route,
    name: 'shows a whole message',
    given: given({ posts: ['ann', 'bob'] }),
    as: 'mo',
    request: (made) => say({ content: 'third', replyTo: made.message.id })(made),
    expect: 201,
    then({ body, headers }, made) {
      like(body, {
        ...{ id: isText, threadId: made.threadId, conversationId: made.threadId, messageIndex: 3 },
        ...{ senderId: 'mo', senderType: 'user', messageType: 'text', content: 'third', replyTo: made.message.id },
        ...{ attachments: [], metadata: null, mentions: [], reactions: [], edited: false, edit: 0, pinned: false },
        ...{ createdAt: isMicroTimestamp, deletedAt: null, clientMessageId: null },
      });
      const { id, createdAt, updatedAt } = body as MessageResource;
      if (createdAt !== updatedAt) fail('it was changed as it was made');
      if (createdAt <= made.messages[1]!.createdAt) fail('time stood still');
      like(headers.get('location'), (text: unknown) => String(text).endsWith(`/messages/${id}`), 'Location');
      like(headers.get('etag'), '"0"', 'ETag');
    },
  }),
  story(`${route}: the same key, or the client’s own id, posts once`, [route], async (scene) => {
    const made = await room(scene, { posts: [] });
    const keyed = { ...say({ content: 'once' })(made), headers: { 'idempotency-key': 'k-1' } };
    const own = say({ content: 'once', clientMessageId: 'tmp-1' })(made);
    for (const [ask, index] of [[keyed, 1] as const, [own, 2] as const]) {
      const first = await scene.as('ann').ask(route, ask);
      requireOutcome(first, 201);
      const again = await scene.as('ann').ask(route, ask);
      requireOutcome(again, 201);
      like(again.headers.get('idempotency-replayed'), 'true', 'Idempotency-Replayed');
      like(again.body, { id: (first.body as MessageResource).id, messageIndex: index, content: 'once' });
    }
    const other = await scene.as('bob').ask(route, keyed);
    like(other.body, { messageIndex: 3, senderId: 'bob' });
  }),
  story(`${route}: the same key with another text is refused`, [route], async (scene) => {
    const made = await room(scene, { posts: [] });
    const headers = { 'idempotency-key': 'k-1' };
    await scene.as('ann').expect(201, route, { ...say({ content: 'one' })(made), headers });
    await scene.as('ann').expect('idempotency_key_reused', route, { ...say({ content: 'two' })(made), headers });
  }),
  story(`${route}: twenty at once under one key are one message`, [route], async (scene) => {
    const made = await room(scene, { posts: [] });
    const ask = { ...say({ content: 'once' })(made), headers: { 'idempotency-key': 'k-1' } };
    const ids = await Promise.all(
      Array.from({ length: 20 }, () => scene.as('ann').expect<MessageResource>(201, route, ask)),
    );
    if (new Set(ids.map(({ id }) => id)).size !== 1) fail('one key made several messages');
    like(await scene.as('ann').expect(200, `GET ${MESSAGES}`, threadOf(made)), { totalCount: 1 });
  }),
  story(`${route}: a replay of a deleted message shows no text`, [route], async (scene) => {
    const made = await room(scene, { posts: [] });
    const ask = { ...say({ content: 'secret' })(made), headers: { 'idempotency-key': 'k-1' } };
    const { id } = await scene.as('ann').expect<MessageResource>(201, route, ask);
    const params = { threadId: made.threadId, messageId: id };
    await scene.as('ann').expect(204, `DELETE ${MESSAGE}`, { params });
    const again = await scene.as('ann').ask(route, ask);
    requireOutcome(again, 201);
    like(again.body, { id, content: null, deletedAt: isMicroTimestamp });
  }),
  story(`${route}: fifty people's messages at once are numbered without a gap`, [route], async (scene) => {
    const made = await room(scene, { posts: [] });
    const people = ['ann', 'mo', 'bob'] as const;
    const posted = await Promise.all(
      Array.from({ length: 50 }, (_, index) =>
        post(scene, made.threadId, { who: people[index % 3]!, content: `${index}` }),
      ),
    );
    const ordered = posted.toSorted((a, b) => a.messageIndex - b.messageIndex);
    like(
      ordered.map(({ messageIndex }) => messageIndex),
      Array.from({ length: 50 }, (_, index) => index + 1),
      'indexes',
    );
    ordered.slice(1).forEach((message, index) => {
      if (message.createdAt <= ordered[index]!.createdAt) fail('time stood still');
      if (message.seq <= ordered[index]!.seq) fail('seq did not grow');
    });
  }),
  story(`${route}: a reply to a tombstone is possible`, [route], async (scene) => {
    const made = await room(scene, { posts: ['ann'], deleted: 1 });
    await post(scene, made.threadId, { who: 'bob', content: 'what was it?', replyTo: made.message.id });
  }),
];
