import { testActor, threadStory } from '@threadlog/testing';
import { givenRealtime } from './testing/service';

const ada = testActor('ada');
const ben = testActor('ben');

describe('events', () => {
  const server = givenRealtime();
  const { tell, ready } = server;
  // A thread that the read model does not have yet would be announced to whoever connects.
  beforeEach(() => server.project());

  test('reach participants with text opened, and nobody else', async () => {
    const story = threadStory({ threadId: 'e1', owner: 'ada', members: ['ben'], startedAt: Date.now() });
    const [one, other, stranger, foreign] = await Promise.all([
      ready(ada),
      ready(ben),
      ready(testActor('cyd')),
      ready(testActor('ada', { tenant: 'globex' })),
    ]);
    await tell(story);
    const [created] = await other.wait('conversation:created');
    expect(created).toMatchObject({ conversationId: 'e1', threadId: 'e1', seq: 1, conversation: { id: 'e1', seq: 1 } });

    const messageId = story.post('ada', 'good morning');
    await tell(story);
    const [message] = await other.wait('message:new');
    expect(message).toMatchObject({
      id: messageId,
      conversationId: 'e1',
      seq: 2,
      messageIndex: 1,
      content: 'good morning',
    });
    expect(await one.wait('message:new')).toEqual([message]);

    story.edit(messageId, 'good evening');
    story.remove(messageId);
    story.rename('Greetings');
    story.status('archived');
    await tell(story);
    const about = { conversationId: 'e1', threadId: 'e1', messageId, messageIndex: 1 };
    const [updated] = await other.wait('message:updated');
    expect(updated).toMatchObject({ ...about, seq: 3, content: 'good evening', edit: 1 });
    expect(await other.wait('message:edited')).toEqual([updated]);
    expect(await other.wait('message:deleted')).toMatchObject([{ ...about, seq: 4 }]);
    expect(await other.wait('conversation:updated', 2)).toMatchObject([
      { seq: 5, title: 'Greetings' },
      { seq: 6, status: 'archived' },
    ]);
    for (const { frames } of [stranger, foreign]) expect(frames.map(({ name }) => name)).toEqual(['hello']);
  });

  test('move sockets between rooms: in with conversation:created, out with conversation:deleted', async () => {
    const story = threadStory({ threadId: 'e2', owner: 'ada' });
    const [owner, guest] = await Promise.all([ready(ada), ready(ben)]);
    const before = story.post('ada', 'before');
    story.join('ben', { fromNow: true });
    story.post('ada', 'with ben');
    await tell(story);
    const [created] = await guest.wait('conversation:created');
    expect(created).toMatchObject({ conversationId: 'e2', seq: 3, conversation: { participantCount: 2 } });
    expect(await guest.wait('message:new')).toMatchObject([{ content: 'with ben' }]);
    expect(await owner.wait('user:joined')).toMatchObject([
      { conversationId: 'e2', userId: 'ben', role: 'member', seq: 3 },
    ]);

    story.edit(before, 'nothing for ben');
    story.leave('ben');
    story.post('ada', 'without ben');
    await tell(story);
    await owner.wait('message:new', 3);
    expect(await guest.wait('conversation:deleted')).toMatchObject([{ conversationId: 'e2', seq: 6, reason: 'left' }]);
    expect(guest.of('message:new')).toHaveLength(1);
    expect(guest.of('message:updated')).toEqual([]);
    expect(await owner.wait('user:left')).toMatchObject([{ userId: 'ben', reason: 'left' }]);
    expect(owner.of('message:updated')).toMatchObject([{ content: 'nothing for ben' }]);
  });

  test('end with the thread', async () => {
    const story = threadStory({ threadId: 'e3', owner: 'ada', members: ['ben'] });
    const listener = await ready(ben);
    await tell(story);
    story.end();
    await tell(story);
    expect(await listener.wait('conversation:deleted')).toMatchObject([
      { conversationId: 'e3', seq: 2, reason: 'author' },
    ]);
  });

  test('are not shown to who left by himself, until he joins again', async () => {
    const story = threadStory({ threadId: 'e4', owner: 'ada', members: ['ben'] });
    await tell(story);
    const listener = await ready(ben);
    expect(await listener.socket.emitWithAck('conversation:leave', 'e4')).toEqual({ conversationId: 'e4' });
    story.post('ada', 'not heard');
    await tell(story);
    await server.project();
    const joined: unknown = await listener.socket.emitWithAck('conversation:join', { conversationId: 'e4', since: 1 });
    expect(joined).toEqual({ conversationId: 'e4', seq: 2 });
    expect(listener.of('message:new')).toMatchObject([{ content: 'not heard', seq: 2 }]);
    expect(listener.of('resumed')).toEqual([{ conversationId: 'e4', threadId: 'e4', seq: 2 }]);
    story.post('ada', 'heard');
    await tell(story);
    expect(await listener.wait('message:new', 2)).toMatchObject([{}, { content: 'heard' }]);
  });

  test('are shown at once to who is taken in, also where the socket had left the thread before', async () => {
    const story = threadStory({ threadId: 'e10', owner: 'ada', members: ['ben'] });
    await tell(story);
    await server.project();
    const [member, observer] = await Promise.all([ready(ben), ready(testActor('root', { role: 'admin' }))]);
    expect(await observer.socket.emitWithAck('conversation:join', 'e10')).toMatchObject({ seq: 1 });
    for (const { socket } of [member, observer])
      expect(await socket.emitWithAck('conversation:leave', 'e10')).toEqual({ conversationId: 'e10' });
    story.leave('ben');
    await tell(story);
    await member.wait('conversation:deleted');
    story.post('ada', 'without either');
    story.join('ben', { fromNow: true });
    story.join('root');
    story.post('ada', 'with both');
    await tell(story);
    for (const { wait } of [member, observer]) {
      expect(await wait('conversation:created')).toMatchObject([{ conversationId: 'e10' }]);
      expect(await wait('message:new')).toMatchObject([{ content: 'with both', seq: 6 }]);
    }
  });

  test('of a learner’s thread are shown to whom the access rule lets join it', async () => {
    const story = threadStory({ threadId: 'e5', owner: 'ada', learnerId: 'lena' });
    await tell(story);
    await server.project();
    const teacher = await ready(testActor('tom', { role: 'teacher', learnerScope: ['lena'] }));
    const other = await ready(testActor('tim', { role: 'teacher', learnerScope: ['leo'] }));
    const foreign = await ready(testActor('tom', { role: 'admin', tenant: 'globex' }));
    expect(await teacher.socket.emitWithAck('conversation:join', 'e5')).toEqual({ conversationId: 'e5', seq: 1 });
    for (const { socket } of [other, foreign]) {
      expect(await socket.emitWithAck('conversation:join', 'e5')).toMatchObject({ code: 'not_found', status: 404 });
    }
    story.post('ada', 'about lena');
    await tell(story);
    expect(await teacher.wait('message:new')).toMatchObject([{ content: 'about lena' }]);
    for (const { frames } of [other, foreign]) expect(frames.map(({ name }) => name)).toEqual(['hello']);
  });
});

describe('a resume', () => {
  const server = givenRealtime();
  const { tell, ready } = server;
  const eve = testActor('eve');

  test('brings what was missed, from recent events', async () => {
    const story = threadStory({ threadId: 'r1', owner: 'ada', members: ['ben'] });
    const first = story.post('ada', 'one');
    await tell(story);
    story.edit(first, 'uno');
    story.post('ada', 'two');
    story.pin('ada', first);
    await tell(story);
    const listener = await ready(ben, { resume: { r1: 2 } });
    await listener.wait('resumed');
    expect(listener.frames.map(({ name }) => name)).toEqual([
      'hello',
      'message:updated',
      'message:edited',
      'message:new',
      'message:pinned',
      'resumed',
    ]);
    expect(listener.of('resumed')).toEqual([{ conversationId: 'r1', threadId: 'r1', seq: 5 }]);
  });

  test('brings what was missed, each thing in its last state, from the read model', async () => {
    const story = threadStory({ threadId: 'r2', owner: 'eve', members: ['ben'] });
    const first = story.post('eve', 'one');
    const second = story.post('eve', 'two');
    await tell(story);
    story.edit(first, 'eins');
    story.edit(first, 'uno');
    story.remove(second);
    story.post('eve', 'three');
    story.join('cyd');
    story.rename('New');
    story.pin('eve', first);
    await tell(story);
    await server.project();
    await server.stop();
    await server.start();
    const listener = await ready(eve, { resume: { r2: 3 } });
    expect(await listener.wait('resumed')).toMatchObject([{ threadId: 'r2', seq: 10 }]);
    expect(listener.of('message:updated')).toMatchObject([
      { messageId: first, seq: 10, content: 'uno', edit: 2, message: { id: first, pinned: true } },
    ]);
    expect(listener.of('message:deleted')).toMatchObject([{ messageId: second, seq: 6 }]);
    expect(listener.of('message:new')).toMatchObject([{ content: 'three', seq: 7 }]);
    expect(listener.of('user:joined')).toMatchObject([{ userId: 'cyd', seq: 8 }]);
    expect(listener.of('conversation:updated')).toMatchObject([{ title: 'New', seq: 9 }]);
  });

  test('tells of threads that were won and lost meanwhile, and ends each of the others once', async () => {
    const [mine, won, lost] = ['r3', 'r4', 'r5'].map((threadId) =>
      threadStory({ threadId, owner: 'ada', members: threadId === 'r4' ? [] : ['fay'] }),
    );
    for (const story of [mine!, won!, lost!]) await tell(story);
    await server.project();
    won!.join('fay');
    lost!.leave('fay');
    await tell(won!);
    await tell(lost!);
    const listener = await ready(testActor('fay'), { resume: { r3: 1, r5: 1, nowhere: 4 } });
    expect(await listener.wait('resumed')).toEqual([{ conversationId: 'r3', threadId: 'r3', seq: 1 }]);
    expect(await listener.wait('conversation:created')).toMatchObject([{ threadId: 'r4', seq: 2 }]);
    const gone = await listener.wait('conversation:deleted', 2);
    expect(gone.map(({ threadId }) => threadId).sort()).toEqual(['nowhere', 'r5']);
    expect(listener.of('resync')).toEqual([]);
  });

  test('of more than is replayed, or of a seq that never was, ends in resync', async () => {
    const story = threadStory({ threadId: 'r6', owner: 'gus' });
    const gus = testActor('gus');
    const witness = await ready(gus);
    for (let n = 0; n < 1_005; n++) story.post('gus', `message ${n}`);
    await tell(story);
    // The instance has come to the end of it: nobody can be told by what it has not read.
    await witness.wait('message:new', 1_005);
    const far = await ready(gus, { resume: { r6: 1 } });
    expect(await far.wait('resync')).toEqual([{ conversationId: 'r6', threadId: 'r6', seq: 1_006 }]);
    const wrong = await ready(gus, { resume: { r6: 5_000 } });
    expect(await wrong.wait('resync')).toEqual([{ conversationId: 'r6', threadId: 'r6', seq: 1_006 }]);
    expect([...far.of('resumed'), ...wrong.of('resumed')]).toEqual([]);
  });
});

describe('through Kafka', () => {
  const server = givenRealtime({ log: 'kafka' });

  test('events reach sockets, and a restarted service goes on from the checkpoint', async () => {
    const story = threadStory({ threadId: 'k1', owner: 'ada', members: ['ben'] });
    const listener = await server.ready(ben);
    await server.tell(story);
    for (let n = 1; n <= 20; n++) story.post('ada', `message ${n}`);
    await server.tell(story);
    const told = await listener.wait('message:new', 20);
    expect(told.map(({ seq }) => seq)).toEqual(Array.from({ length: 20 }, (_, n) => n + 2));
    await server.project();
    await server.stop();
    await server.start();
    const again = await server.ready(ben, { resume: { k1: 10 } });
    expect(await again.wait('resumed')).toMatchObject([{ seq: 21 }]);
    expect(again.of('message:new')).toHaveLength(11);
  }, 60_000);
});
