import { eventually, testActor, threadStory } from '@threadlog/testing';
import { readingStory } from './testing/readingStory';
import { givenRealtime } from './testing/service';

const ada = testActor('ada');
const ben = testActor('ben');
const dan = testActor('dan');

describe('what happens around messages', () => {
  const server = givenRealtime();
  const { tell, ready } = server;
  beforeEach(() => server.project());

  test('is told: reactions and pins, in the order of the thread', async () => {
    const story = threadStory({ threadId: 'm1', owner: 'ada', members: ['ben'] });
    const messageId = story.post('ada', 'hi');
    await tell(story);
    const listener = await ready(ben);
    story.react('ada', messageId, '👍');
    story.pin('ada', messageId);
    await tell(story);
    const about = { conversationId: 'm1', threadId: 'm1', messageId, messageIndex: 1 };
    expect(await listener.wait('message:pinned')).toEqual([{ ...about, seq: 4, userId: 'ada' }]);
    expect(listener.of('reaction:added')).toEqual([{ ...about, seq: 3, emoji: '👍', userId: 'ada' }]);
    story.unpin('ada', messageId);
    await tell(story);
    expect(await listener.wait('message:unpinned')).toEqual([{ ...about, seq: 5, userId: 'ada' }]);
    expect([...listener.of('message:updated'), ...listener.of('message:edited')]).toEqual([]);
  });

  test('is told: how far others have read, to those in the thread and nobody else', async () => {
    const story = threadStory({ threadId: 'm2', owner: 'ada', members: ['ben'] });
    const messageId = story.post('ada', 'hi');
    await tell(story);
    await server.project();
    const [writer, stranger] = await Promise.all([ready(ada), ready(testActor('cyd'))]);
    const reading = readingStory('ben');
    reading.read('m2', messageId, 1);
    await tell(reading);
    expect(await writer.wait('message:read')).toEqual([
      {
        conversationId: 'm2',
        threadId: 'm2',
        messageId,
        messageIndex: 1,
        userId: 'ben',
        readAt: '2026-11-02T10:00:00.000000Z',
      },
    ]);
    expect(stranger.frames.map(({ name }) => name)).toEqual(['hello']);
  });

  test('is counted for who is taken in: what was there has been read, what came since has not', async () => {
    const story = threadStory({ threadId: 'm4', owner: 'ada' });
    for (const text of ['one', 'two', 'three']) story.post('ada', text);
    await tell(story);
    await server.project();
    const guest = await ready(dan);
    story.join('dan');
    await tell(story);
    const [created] = await guest.wait('conversation:created');
    expect(created).toMatchObject({ conversationId: 'm4', conversation: { unreadCount: 0 } });
    for (const text of ['four', 'five']) story.post('ada', text);
    await tell(story);
    const reading = readingStory('dan');
    reading.read('m4', 'm4-m4', 4);
    await tell(reading);
    await server.project();
    const again = await ready(dan, { resume: {} });
    const told = () => again.of('conversation:created').find(({ threadId }) => threadId === 'm4');
    await eventually(() => expect(told()).toMatchObject({ conversation: { unreadCount: 1 } }));
  });

  test('is told: sub-threads and what is said in them, in the room of their root', async () => {
    const root = threadStory({ threadId: 'm3', owner: 'ada', members: ['ben'] });
    const rootMessageId = root.post('ada', 'what about this?');
    await tell(root);
    await server.project();
    const listener = await ready(ben);
    const branch = threadStory({ threadId: 'm3~b1', owner: 'ada', rootMessageId, title: 'Aside' });
    branch.post('ada', 'this');
    await tell(branch);
    const place = { conversationId: 'm3', threadId: 'm3~b1' };
    expect(await listener.wait('thread:created')).toMatchObject([
      { ...place, seq: 1, thread: { id: 'm3~b1', parentThreadId: 'm3', rootMessageId, title: 'Aside' } },
    ]);
    expect(await listener.wait('message:new')).toMatchObject([{ ...place, seq: 2, messageIndex: 1, content: 'this' }]);
    expect(listener.of('conversation:created')).toEqual([]);
  });
});
