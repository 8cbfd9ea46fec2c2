import { eventually, testActor, testToken, threadStory } from '@threadlog/testing';
import { givenRealtime } from './testing/service';

const ada = testActor('ada');
const ben = testActor('ben');
const accepted = (resource: unknown) => ({
  ok: true as const,
  status: 200 as const,
  resource,
  position: null,
  replayed: false,
});

describe('commands around messages', () => {
  const server = givenRealtime();
  const { tell, ready } = server;
  beforeEach(() => server.answerWith(async ({ command }) => accepted(command.input)));
  const sent = () => server.commands.map(({ command }) => command);

  test('react to a message that is named without its thread', async () => {
    const story = threadStory({ threadId: 'c1', owner: 'ada' });
    const messageId = story.post('ada', 'hi');
    await tell(story);
    await server.project();
    const { socket } = await ready(ada);
    await socket.emitWithAck('reaction:add', { messageId, emoji: '👍' });
    await socket.emitWithAck('reaction:remove', { messageId, emoji: '👍' });
    const input = { threadId: 'c1', messageId, emoji: '👍' };
    expect(sent()).toEqual([
      { type: 'reaction.add', input },
      { type: 'reaction.remove', input },
    ]);
  });

  test('read up to a message, or to the newest, and say what stays unread', async () => {
    const story = threadStory({ threadId: 'c2', owner: 'ada', members: ['ben'] });
    const [first] = ['one', 'two', 'three'].map((text) => story.post('ada', text));
    await tell(story);
    await server.project();
    server.answerWith(async ({ command, actor }) => {
      if (command.type === 'thread.newest') {
        if (actor.id !== 'ben') return { ok: false, problem: { code: 'not_found', detail: 'no such thread' } };
        // Younger than what the read model has.
        return accepted({ messageId: 'youngest', messageIndex: 4 });
      }
      const { messageId, messageIndex } = command.input as { messageId: string; messageIndex: number };
      return accepted({ threadId: 'c2', messageId, messageIndex, readAt: '2026-11-02T10:00:00.000000Z' });
    });
    const { socket } = await ready(ben);
    const read = (messageId?: string) =>
      socket.emitWithAck('message:read', { conversationId: 'c2', messageId }) as Promise<unknown>;
    expect(await read(first)).toEqual({
      conversationId: 'c2',
      messageId: first,
      readAt: '2026-11-02T10:00:00.000000Z',
      unreadCount: 2,
    });
    expect(await read()).toMatchObject({ messageId: 'youngest', unreadCount: 0 });
    expect(await read('elsewhere')).toMatchObject({ code: 'not_found' });
    const stranger = await ready(testActor('cyd'));
    expect(await stranger.socket.emitWithAck('message:read', { conversationId: 'c2' })).toMatchObject({
      code: 'not_found',
    });
    expect(sent().filter(({ type }) => type === 'thread.read')).toHaveLength(2);
  });

  test('branch off a thread, and switch to it with its latest page', async () => {
    const root = threadStory({ threadId: 'c3', owner: 'ada' });
    const rootMessageId = root.post('ada', 'root');
    const branch = threadStory({ threadId: 'c3~b', owner: 'ada', rootMessageId });
    for (let n = 1; n <= 52; n++) branch.post('ada', `message ${n}`);
    await tell(root);
    await tell(branch);
    await server.project();
    const { socket } = await ready(ada);
    await socket.emitWithAck('thread:create', { conversationId: 'c3', title: 'Aside', rootMessageId });
    expect(sent()).toMatchObject([
      { type: 'thread.create', input: { parentThreadId: 'c3', rootMessageId, title: 'Aside', participantIds: [] } },
    ]);
    const page = (await socket.emitWithAck('thread:switch', { conversationId: 'c3', threadId: 'c3~b' })) as {
      messages: { content: string }[];
    };
    expect(page).toMatchObject({ hasMore: true, nextCursor: expect.any(String) as string });
    expect(page.messages).toHaveLength(50);
    expect(page.messages[0]).toMatchObject({ content: 'message 52', threadId: 'c3~b', conversationId: 'c3' });
    for (const threadId of ['c3~no', 'c2']) {
      const answer: unknown = await socket.emitWithAck('thread:switch', { conversationId: 'c3', threadId });
      expect(answer).toMatchObject({ code: 'not_found' });
    }
  });

  test('ping', async () => {
    const { socket } = await ready(ada);
    const before = Date.now();
    const { serverTime } = (await socket.emitWithAck('presence:ping', {})) as { serverTime: string };
    expect(Date.parse(serverTime)).toBeGreaterThanOrEqual(before);
    expect(Date.parse(serverTime)).toBeLessThanOrEqual(Date.now());
  });
});

describe('a newer token', () => {
  const server = givenRealtime();
  const { tell, ready } = server;
  const teacher = (learnerScope: string[], more: object = {}) => ({
    ...testActor('tom', { role: 'teacher', learnerScope }),
    ...more,
  });
  const refresh = (socket: { emitWithAck(name: string, payload: object): Promise<unknown> }, actor: object) =>
    socket.emitWithAck('auth:refresh', { token: testToken(actor as typeof ada) });

  test('lets the socket live on', async () => {
    const soon = Math.floor(Date.now() / 1000) + 4;
    const { socket, of } = await ready({ ...ada, expiresAt: soon });
    expect(await refresh(socket, { ...ada, expiresAt: soon + 600 })).toEqual({ expiresAt: soon + 600 });
    await eventually(() => expect(Date.now()).toBeGreaterThan(soon * 1000 + 500), { timeoutMs: 20_000 });
    expect(socket.connected).toBe(true);
    expect(of('error')).toEqual([]);
  });

  test('of somebody else, or without the right to read, changes nothing', async () => {
    const { socket } = await ready(ada);
    expect(await refresh(socket, ben)).toMatchObject({ code: 'forbidden' });
    expect(await refresh(socket, testActor('ada', { tenant: 'globex' }))).toMatchObject({ code: 'forbidden' });
    expect(await refresh(socket, testActor('ada', { role: 'auditor' }))).toMatchObject({ code: 'forbidden' });
    expect(await socket.emitWithAck('auth:refresh', { token: 'nonsense' })).toMatchObject({ code: 'unauthorized' });
  });

  test('of a narrower scope leaves the rooms that it hides', async () => {
    const [lena, leo] = ['lena', 'leo'].map((learnerId) =>
      threadStory({ threadId: `about-${learnerId}`, owner: 'ada', learnerId }),
    );
    for (const story of [lena!, leo!]) await tell(story);
    await server.project();
    const listener = await ready(teacher(['lena', 'leo']));
    for (const id of ['about-lena', 'about-leo']) await listener.socket.emitWithAck('conversation:join', id);
    expect(await refresh(listener.socket, teacher(['leo']))).toEqual({ expiresAt: null });
    expect(listener.of('conversation:deleted')).toMatchObject([{ threadId: 'about-lena', reason: 'hidden' }]);
    lena!.post('ada', 'not for tom');
    leo!.post('ada', 'for tom');
    await tell(lena!);
    await tell(leo!);
    expect(await listener.wait('message:new')).toMatchObject([{ content: 'for tom' }]);
  });
});
