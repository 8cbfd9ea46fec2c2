import type { ThreadResource } from '@threadlog/events';
import { story, type Case, type Name, type Outcome } from '../case';
import { fail, isMicroTimestamp, isText, like } from '../like';
import { requireOutcome } from '../scene';
import { request } from '../variants';
import { given, THREAD, THREADS, type Room } from './given';

const route = `POST ${THREADS}`;
const WHOLE = {
  title: 'Fractions',
  learnerId: 'lena',
  channel: 'voice',
  participantIds: ['bob', 'cyd'],
  metadata: { unit: 4, tags: ['a', null], deep: { yes: true } },
};

const refused: [string, unknown][] = [
  ['an unknown field', { subject: 'x' }],
  ['a title beyond 500 characters', { title: 'x'.repeat(501) }],
  ['a title that is a number', { title: 7 }],
  ['an unknown type', { type: 'broadcast' }],
  ['an unknown channel', { channel: 'fax' }],
  ['participants that are no list', { participantIds: 'bob' }],
  ['an id that paths lose', { participantIds: ['..'] }],
  ['an empty id', { participantIds: [''] }],
  ['a name of 256 characters', { participantIds: ['x'.repeat(256)] }],
  ['metadata that is a list', { metadata: [1] }],
  ['metadata beyond 16 KiB', { metadata: { text: 'x'.repeat(16_384) } }],
  ['a learner id with a line break', { learnerId: 'a\nb' }],
  ['a body that is a list', []],
  ['a body that is a text', '"hello"'],
  ['a direct conversation with oneself', { type: 'direct', participantIds: [] }],
  ['a direct conversation of three', { type: 'direct', participantIds: ['bob', 'cyd'] }],
  ['a root message without a parent', { rootMessageId: 'm1' }],
];

const creators: [Name, string | null, Outcome][] = [
  ['ann', null, 201],
  ['ann', 'lena', 'forbidden'],
  ['lena', 'lena', 201],
  ['lena', 'other', 'forbidden'],
  ['tess', 'lena', 201],
  ['tess', 'other', 'forbidden'],
  ['gus', 'lena', 201],
  ['gus', 'other', 'forbidden'],
  ['root', 'other', 201],
  ['bot', null, 'forbidden'],
  ['aud', null, 'forbidden'],
];

const sub = (room: Room, rest: object = {}) => ({ body: { parentThreadId: room.threadId, ...rest } });

export const threadCreationCases: Case[] = [
  ...request({
    route,
    name: 'an empty one',
    request: () => ({ body: {} }),
    expect: 201,
    then({ body, headers }) {
      like(body, {
        ...{ id: isText, type: 'group', channel: 'chat', status: 'active', title: null, learnerId: null },
        ...{ parentThreadId: null, rootMessageId: null, metadata: null, participantCount: 1, messageCount: 0 },
        ...{ unreadCount: 0, lastMessage: null, seq: 1, createdBy: 'ann' },
        participants: [{ userId: 'ann', role: 'owner', readIndex: 0 }],
        preferences: { mutedUntil: null, pinned: false, hidden: false, markedUnread: false },
        ...{ createdAt: isMicroTimestamp, updatedAt: isMicroTimestamp },
      });
      const { id } = body as ThreadResource;
      like(headers.get('location'), (text: unknown) => String(text).endsWith(`${THREADS}/${id}`), 'Location');
      like(headers.get('x-consistency-token'), isText, 'X-Consistency-Token');
    },
  }),
  ...request({
    route,
    name: 'with everything',
    as: 'tess',
    request: () => ({ body: WHOLE }),
    expect: 201,
    then({ body }) {
      const { participantIds, ...rest } = WHOLE;
      like(body, { ...rest, participantCount: participantIds.length + 1 });
      const members = (body as ThreadResource).participants.map(({ userId, role }) => `${userId} ${role}`).sort();
      like(members, ['bob member', 'cyd member', 'tess owner'], 'members');
    },
  }),
  ...request({
    route,
    name: 'the caller and repeated people count once',
    request: () => ({ body: { participantIds: ['ann', 'bob', 'bob'] } }),
    expect: 201,
    then: ({ body }) => like(body, { participantCount: 2 }),
  }),
  ...refused.flatMap(([what, body]) =>
    request({
      route,
      name: `refuses ${what}`,
      request: () => ({ body }),
      expect: 'invalid_request',
      unpermitted: null,
    }),
  ),
  ...creators.flatMap(([as, learnerId, expect]) =>
    request({
      route,
      name: `by ${as} about ${learnerId ?? 'nobody'}`,
      as,
      request: () => ({ body: { learnerId } }),
      expect,
    }),
  ),
  ...request<Room>({
    route,
    name: 'a sub-thread from a message',
    given: given(),
    as: 'bob',
    request: (room) => sub(room, { rootMessageId: room.message.id, title: 'aside' }),
    expect: 201,
    elsewhere: 'not_found',
    stranger: 'not_found',
    then({ body }, room) {
      like(body, { parentThreadId: room.threadId, rootMessageId: room.message.id, title: 'aside', createdBy: 'bob' });
      like((body as ThreadResource).id, (id: unknown) => String(id).startsWith(`${room.threadId}~`), 'id');
    },
  }),
  ...request<Room>({
    route,
    name: 'an empty sub-thread',
    given: given(),
    request: (room) => sub(room),
    expect: 201,
    elsewhere: 'not_found',
    stranger: 'not_found',
  }),
  ...(
    [
      ['people of its own', { participantIds: ['cyd'] }, 'invalid_request'],
      ['an unknown root message', { rootMessageId: 'nothing' }, 'invalid_request'],
      ['another learner', { learnerId: 'somebody' }, 'invalid_request'],
    ] as const
  ).flatMap(([what, rest, expect]) =>
    request<Room>({
      route,
      name: `refuses a sub-thread with ${what}`,
      given: given(),
      request: (room) => sub(room, rest),
      expect,
      elsewhere: 'not_found',
      stranger: 'not_found',
      unpermitted: 'forbidden',
    }),
  ),
  ...request<Room>({
    route,
    name: 'refuses a sub-thread of a closed thread',
    given: given({ status: 'archived' }),
    request: (room) => sub(room),
    expect: 'thread_closed',
    elsewhere: 'not_found',
    stranger: 'not_found',
  }),
  story(`${route}: a pair has one direct conversation, whoever asks`, [route], async (scene) => {
    const direct = (other: string) => ({ body: { type: 'direct', participantIds: [other] } });
    const first = await scene.as('ann').expect<ThreadResource>(201, route, direct('bob'));
    const again = await scene.as('bob').expect<ThreadResource>(200, route, direct('ann'));
    if (first.id !== again.id) fail('the pair has two conversations');
    const other = await scene.as('ann').expect<ThreadResource>(201, route, direct('cyd'));
    if (other.id === first.id) fail('two pairs share a conversation');
    await scene.as('ann').expect(204, `DELETE ${THREAD}`, { params: { threadId: first.id } });
    const another = await scene.as('bob').expect<ThreadResource>(201, route, direct('ann'));
    if (another.id === first.id) fail('a deleted conversation came back');
  }),
  story(`${route}: the same key gives the first answer again`, [route], async (scene) => {
    const ask = { body: { title: 'once' }, headers: { 'idempotency-key': 'k-1' } };
    const first = await scene.as('ann').ask(route, ask);
    requireOutcome(first, 201);
    like(first.headers.get('idempotency-replayed'), null, 'Idempotency-Replayed');
    const again = await scene.as('ann').ask(route, ask);
    requireOutcome(again, 201);
    like(again.headers.get('idempotency-replayed'), 'true', 'Idempotency-Replayed');
    like(again.body, { id: (first.body as ThreadResource).id, title: 'once' });
    const others = await scene.as('bob').expect<ThreadResource>(201, route, ask);
    if (others.id === (first.body as ThreadResource).id) fail('a key of one person meant another one’s thread');
  }),
  story(`${route}: the same key with another request is refused`, [route], async (scene) => {
    const headers = { 'idempotency-key': 'k-1' };
    await scene.as('ann').expect(201, route, { body: { title: 'one' }, headers });
    await scene.as('ann').expect('idempotency_key_reused', route, { body: { title: 'two' }, headers });
  }),
  story(`${route}: refuses a key beyond 255 characters`, [route], async (scene) => {
    const headers = { 'idempotency-key': 'k'.repeat(256) };
    await scene.as('ann').expect('invalid_request', route, { body: {}, headers });
  }),
];
