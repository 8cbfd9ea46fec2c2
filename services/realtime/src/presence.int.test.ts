import type { Actor } from '@threadlog/auth';
import { tenantId } from '@threadlog/events';
import { PRESENCE_TTL_MS, signalTime } from '@threadlog/runtime';
import { eventually, testActor, threadStory } from '@threadlog/testing';
import type { Listener } from './testing/listener';
import { givenRealtime, type Running } from './testing/service';

const [ada, ben, cyd] = [testActor('ada'), testActor('ben'), testActor('cyd')];

describe('two instances', () => {
  const clock = { ahead: 0 };
  const now = () => Date.now() + clock.ahead;
  const server = givenRealtime({ now, limits: { typingPerSecond: 1, typingBurst: 4 } });
  const story = threadStory({ threadId: 't1', owner: 'ada', members: ['ben'] });
  let other: Running;
  beforeAll(async () => {
    await server.tell(threadStory({ threadId: 't2', owner: 'cyd' }));
    await server.tell(story);
    await server.project();
    other = await server.another();
  });
  const listeners: Listener[] = [];
  const at = async (actor: Actor, url?: string) => {
    const listener = await server.ready(actor, { url });
    listeners.push(listener);
    return listener;
  };
  const here = (actor: Actor) => at(actor);
  const there = (actor: Actor) => at(actor, other.http.url);
  /** Each test begins with nobody there. */
  afterEach(async () => {
    for (const { socket } of listeners.splice(0)) socket.disconnect();
    const online = async () => (await other.signals.presence.totals(tenantId('acme'))).onlineUsers;
    await eventually(async () => expect(await online()).toBe(0));
  });

  test('tell each other who types, and when that ends', async () => {
    const [typist, reader, stranger] = await Promise.all([here(ada), there(ben), there(cyd)]);
    const said = { conversationId: 't1', threadId: 't1', userId: 'ada' };
    expect(await typist.socket.emitWithAck('typing:start', { conversationId: 't1' })).toEqual({ conversationId: 't1' });
    expect(await reader.wait('user:typing')).toEqual([{ ...said, isTyping: true }]);
    await typist.socket.emitWithAck('typing', { conversationId: 't1', isTyping: true });
    await typist.socket.emitWithAck('typing:stop', { conversationId: 't1' });
    expect(await reader.wait('user:typing', 2)).toEqual([
      { ...said, isTyping: true },
      { ...said, isTyping: false },
    ]);
    expect(typist.of('user:typing')).toEqual([]);
    expect(stranger.of('user:typing')).toEqual([]);
    expect(await stranger.socket.emitWithAck('typing:start', { conversationId: 't1' })).toMatchObject({
      code: 'not_found',
    });

    await typist.socket.emitWithAck('typing:start', { conversationId: 't1' });
    await reader.wait('user:typing', 3);
    typist.socket.disconnect();
    expect((await reader.wait('user:typing', 4)).at(-1)).toEqual({ ...said, isTyping: false });
  });

  test('end typing with the message, however it was posted, and take it up again at once', async () => {
    const [typist, reader] = await Promise.all([here(ada), there(ben)]);
    await typist.socket.emitWithAck('typing:start', { conversationId: 't1' });
    await reader.wait('user:typing');
    story.post('ada', 'there it is');
    await server.tell(story);
    await reader.wait('message:new');
    await eventually(() => expect(reader.of('user:typing')).toMatchObject([{ isTyping: true }, { isTyping: false }]));
    await typist.socket.emitWithAck('typing:start', { conversationId: 't1' });
    expect(await reader.wait('user:typing', 3)).toMatchObject([{}, {}, { userId: 'ada', isTyping: true }]);
  });

  test('take no signs of typing in threads that there are not, and forget the first of too many', async () => {
    const sub = threadStory({ threadId: 't1~real', owner: 'ada' });
    await server.tell(sub);
    await server.project();
    const [typist, reader] = await Promise.all([here(cyd), there(ben)]);
    expect(await typist.socket.emitWithAck('conversation:join', { conversationId: 't2' })).toMatchObject({ seq: 1 });
    const say = (conversationId: string) =>
      typist.socket.emitWithAck('typing:start', { conversationId }) as Promise<{ code?: string }>;
    for (const id of ['t2~made-up', 't2~other', 't1~real']) expect((await say(id)).code).toBe('not_found');
    expect(reader.of('user:typing')).toEqual([]);
  });

  test('end typing that is not said again', async () => {
    const [typist, reader] = await Promise.all([here(ada), there(ben)]);
    await typist.socket.emitWithAck('typing:start', { conversationId: 't1' });
    await reader.wait('user:typing');
    clock.ahead += 6_001;
    expect(await reader.wait('user:typing', 2)).toMatchObject([{ isTyping: true }, { isTyping: false }]);
  });

  test('do not take more signs of typing of a socket than the limit', async () => {
    const { socket } = await here(ada);
    const send = () => socket.emitWithAck('typing:start', { conversationId: 't1' }) as Promise<{ code?: string }>;
    const codes = (await Promise.all(Array.from({ length: 6 }, send))).map(({ code }) => code ?? 'ok');
    expect(codes.filter((code) => code === 'ok')).toHaveLength(4);
    expect(codes).toContain('rate_limited');
  });

  test('tell the people a user knows that it connected and disconnected, once for all its sockets', async () => {
    const board = other.signals.presence;
    const stateOf = async (userId: string) => (await board.of(tenantId('acme'), [userId]))[0]?.state;
    const [reader, stranger] = await Promise.all([there(ben), there(cyd)]);
    const [first, second] = await Promise.all([here(ada), there(ada)]);
    expect(await reader.wait('user:online')).toEqual([{ userId: 'ada' }]);
    await eventually(async () => expect(await stateOf('ada')).toBe('online'));
    first.socket.disconnect();
    await eventually(async () =>
      expect(await server.signals().presence.totals(tenantId('acme'))).toMatchObject({ onlineUsers: 3 }),
    );
    expect(reader.of('user:offline')).toEqual([]);
    second.socket.disconnect();
    expect(await reader.wait('user:offline')).toMatchObject([{ userId: 'ada' }]);
    expect(reader.of('user:online')).toHaveLength(1);
    for (const name of ['user:online', 'user:offline'] as const) expect(stranger.of(name)).toEqual([]);
  });

  test('count the users of an instance that died as gone, after a while', async () => {
    const reader = await there(ben);
    const word = { user_id: 'ada', state: 'online' as const, instance: 'dead', last_seen_at: signalTime(now()) };
    server.signals().publish(tenantId('acme'), 'PRESENCE', word);
    await reader.wait('user:online');
    clock.ahead += PRESENCE_TTL_MS;
    expect(await reader.wait('user:offline')).toMatchObject([{ userId: 'ada', lastSeenAt: word.last_seen_at }]);
  });
});
