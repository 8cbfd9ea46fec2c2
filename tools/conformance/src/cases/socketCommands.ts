import type { MessageResource } from '@threadlog/events';
import { story, type Case } from '../case';
import { isMicroTimestamp, isText, like } from '../like';
import { claimsOf } from '../people';
import { tokenOf } from '../tokens';
import { given, MESSAGE, MESSAGES, PARTICIPANT, post, room, THREAD, threadOf, type Room } from './given';

interface SocketCommand {
  event: string;
  payload: (made: Room) => object;
  /** What the ack is like when `who` may. */
  answer: object | ((made: Room) => object);
  who?: 'ann' | 'bob';
}

const inRoom =
  (rest: object = {}) =>
  ({ threadId }: Room) => ({ conversationId: threadId, ...rest });
const about =
  (rest: object = {}) =>
  ({ message }: Room) => ({ messageId: message.id, ...rest });

/** Each is also sent by a stranger, by another tenant, and without the permission. */
const commands: SocketCommand[] = [
  {
    event: 'message:send',
    payload: inRoom({ content: 'hello', tempId: 'tmp-1' }),
    answer: { content: 'hello', messageIndex: 2, clientMessageId: 'tmp-1', createdAt: isMicroTimestamp },
  },
  { event: 'message:edit', payload: about({ content: 'better' }), answer: { content: 'better', edit: 1 } },
  { event: 'message:delete', payload: about(), answer: (made) => ({ messageId: made.message.id }) },
  {
    event: 'reaction:add',
    payload: about({ emoji: '👍' }),
    answer: { reactions: [{ emoji: '👍', count: 1, mine: true }] },
  },
  { event: 'reaction:remove', payload: about({ emoji: '👍' }), answer: { reactions: [] } },
  {
    event: 'thread:create',
    payload: inRoom({ title: 'aside' }),
    answer: (made) => ({ title: 'aside', parentThreadId: made.threadId }),
  },
];
/** Reading them needs no right to write. */
const reads: SocketCommand[] = [
  {
    event: 'message:read',
    payload: (made) => ({ conversationId: made.threadId, messageId: made.message.id }),
    who: 'bob',
    answer: (made) => ({ conversationId: made.threadId, messageId: made.message.id, unreadCount: 0 }),
  },
  {
    event: 'conversation:join',
    payload: inRoom(),
    answer: (made) => ({ conversationId: made.threadId, seq: (seq: unknown) => Number(seq) > 0 }),
  },
  {
    event: 'thread:switch',
    payload: (made) => ({ conversationId: made.threadId, threadId: made.threadId }),
    answer: { messages: [{ messageIndex: 1 }] },
  },
];

const faults: [string, string, unknown][] = [
  ['an empty text', 'message:send', { conversationId: 'x', content: '' }],
  ['no conversation', 'message:send', { content: 'x' }],
  ['a text beyond 32,000 characters', 'message:send', { conversationId: 'x', content: 'x'.repeat(32_001) }],
  ['no message', 'message:edit', { content: 'x' }],
  ['an id that is none', 'message:delete', { messageId: 'a b' }],
  ['words for an emoji', 'reaction:add', { messageId: 'm', emoji: 'very good' }],
  ['a list', 'conversation:join', []],
];

function command(name: string, event: string, run: Case['run']): Case {
  return story(`socket ${event}: ${name}`, ['socket', `socket ${event}`], run);
}

export const socketCommandCases: Case[] = [
  ...[...commands, ...reads].flatMap(({ event, payload, answer, who = 'ann' }) => [
    command('is answered with the resource', event, async (scene) => {
      const made = await given()(scene);
      const client = await scene.socket(who);
      like(await client.ask(event, payload(made)), typeof answer === 'function' ? answer(made) : answer, 'ack');
    }),
    command('as a stranger', event, async (scene) => {
      const made = await given()(scene);
      like(
        await (await scene.socket('eve')).ask(event, payload(made)),
        { code: 'not_found', status: 404, retryable: false },
        'ack',
      );
    }),
    command('as another tenant', event, async (scene) => {
      const made = await given()(scene);
      const twin = await scene.socket(who, { guise: { tenant: `${scene.tenant}-twin`, role: 'admin' } });
      like(await twin.ask(event, payload(made)), { code: 'not_found' }, 'ack');
    }),
  ]),
  ...commands.map(({ event, payload }) =>
    command('without the permission', event, async (scene) => {
      const made = await given()(scene);
      const client = await scene.socket('ann', { guise: { permissions: ['chat:read'] } });
      like(await client.ask(event, payload(made)), { code: 'forbidden', status: 403 }, 'ack');
    }),
  ),
  ...faults.map(([what, event, payload]) =>
    command(`refuses ${what}`, event, async (scene) => {
      const client = await scene.socket('ann');
      like(await client.ask(event, payload), { code: 'invalid_request', status: 400 }, 'ack');
    }),
  ),
  command('an unknown event is refused', 'message:send', async (scene) => {
    like(await (await scene.socket('ann')).ask('message:sing', {}), { code: 'invalid_request' }, 'ack');
  }),
  command('the same tempId is the same message, also by REST', 'message:send', async (scene) => {
    const made = await room(scene, { posts: [] });
    const client = await scene.socket('ann');
    const payload = inRoom({ content: 'once', tempId: 'tmp-1' })(made);
    const first = await client.ask('message:send', payload);
    like(await client.ask('message:send', payload), { id: first.id }, 'ack');
    const body = { content: 'once', clientMessageId: 'tmp-1' };
    const rest = await scene.as('ann').expect<MessageResource>(201, `POST ${MESSAGES}`, { ...threadOf(made), body });
    like(rest.id, first.id, 'id');
    like(await scene.as('ann').expect(200, `GET ${THREAD}`, threadOf(made)), { messageCount: 1 });
  }),
  command('without an ack a fault comes as events', 'message:send', async (scene) => {
    const client = await scene.socket('ann');
    client.tell('message:send', { conversationId: 'nothing', content: 'x', tempId: 'tmp-9' });
    await client.receives('message:error', { messageId: 'tmp-9', error: isText });
    await client.receives('error', { code: 'NOT_FOUND', message: isText });
  }),
  command('frames stop until it is joined again', 'conversation:leave', async (scene) => {
    const made = await room(scene);
    const client = await scene.socket('bob');
    await client.receives('hello');
    like(await client.ask('conversation:leave', made.threadId), { conversationId: made.threadId }, 'ack');
    const missed = await post(scene, made.threadId, { content: 'missed' });
    const since = { conversationId: made.threadId, since: missed.seq - 1 };
    await client.ask('conversation:join', since);
    await client.receives('resumed', { conversationId: made.threadId });
    await client.receives('message:new', { content: 'missed' });
  }),
  command('who sees a thread by scope can join it', 'conversation:join', async (scene) => {
    const made = await room(scene, { learnerId: 'lena' });
    const client = await scene.socket('tess');
    like(await client.ask('conversation:join', made.threadId), { conversationId: made.threadId }, 'ack');
    await post(scene, made.threadId, { content: 'hello' });
    await client.receives('message:new', { content: 'hello' });
  }),
  command('others see it, oneself does not', 'typing:start', async (scene) => {
    const made = await room(scene);
    const [ann, bob, eve] = [await scene.socket('ann'), await scene.socket('bob'), await scene.socket('eve')];
    for (const client of [ann, bob, eve]) await client.receives('hello');
    await ann.ask('typing:start', inRoom()(made));
    await bob.receives('user:typing', { conversationId: made.threadId, userId: 'ann', isTyping: true });
    await ann.ask('typing:stop', inRoom()(made));
    await bob.receives('user:typing', { conversationId: made.threadId, userId: 'ann', isTyping: false });
    eve.hasNot('user:typing');
    like(await eve.ask('typing:start', inRoom()(made)), { code: 'not_found' }, 'ack');
  }),
  command('is answered', 'presence:ping', async (scene) => {
    like(await (await scene.socket('ann')).ask('presence:ping', {}), { serverTime: isText }, 'ack');
  }),
  // Presence and typing travel the same way: where one is served, the other is.
  command('those who share a thread see who comes and goes', 'typing:start', async (scene) => {
    await room(scene);
    const [ann, eve] = [await scene.socket('ann'), await scene.socket('eve')];
    for (const client of [ann, eve]) await client.receives('hello');
    const bob = await scene.socket('bob');
    await ann.receives('user:online', { userId: 'bob' });
    bob.close();
    await ann.receives('user:offline', { userId: 'bob' });
    eve.hasNot('user:online', { userId: 'bob' });
  }),
  command('a newer token of the same user', 'auth:refresh', async (scene) => {
    const client = await scene.socket('ann');
    await client.receives('hello');
    const token = tokenOf(claimsOf('ann', scene.tenant), scene.options, 1_800);
    like(
      await client.ask('auth:refresh', { token }),
      { expiresAt: (at: unknown) => Number(at) > Date.now() / 1000 },
      'ack',
    );
    const others = tokenOf(claimsOf('bob', scene.tenant), scene.options);
    like(await client.ask('auth:refresh', { token: others }), { code: isText }, 'ack');
    like(await client.ask('auth:refresh', { token: 'nonsense' }), { code: 'unauthorized' }, 'ack');
  }),
  command('a message of a sub-thread is edited by its id alone', 'message:edit', async (scene) => {
    const made = await room(scene);
    const { id } = await scene
      .as('ann')
      .expect<{ id: string }>(201, 'POST /api/v1/threads', { body: { parentThreadId: made.threadId } });
    const sent = await post(scene, id, { who: 'bob', content: 'aside' });
    const client = await scene.socket('bob');
    like(
      await client.ask('message:edit', { messageId: sent.id, content: 'better' }),
      { content: 'better', threadId: id },
      'ack',
    );
    await client.receives('message:updated', { conversationId: made.threadId, threadId: id, content: 'better' });
  }),
  command('who was removed cannot write any more', 'message:send', async (scene) => {
    const made = await room(scene);
    const client = await scene.socket('bob');
    await client.receives('hello');
    await scene.as('ann').expect(204, `DELETE ${PARTICIPANT}`, { params: { threadId: made.threadId, userId: 'bob' } });
    like(await client.ask('message:send', inRoom({ content: 'x' })(made)), { code: 'not_found' }, 'ack');
    await scene.as('ann').expect(200, `GET ${MESSAGE}`, made);
  }),
];
