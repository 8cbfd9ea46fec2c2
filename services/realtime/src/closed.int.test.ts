import { encodeEvent, partitionOfKey, type ChatEvent } from '@threadlog/events';
import { memorySealing, testActor, threadStory } from '@threadlog/testing';
import { PARTITIONS } from './testing/backend';
import { givenRealtime } from './testing/service';

const ada = testActor('ada');
const ben = testActor('ben');

describe('a removal that cannot be read', () => {
  const server = givenRealtime();
  const { tell, ready } = server;
  beforeEach(() => server.project());

  /** Appends the event of a story in a form that nobody can read. */
  async function broken(event: ChatEvent): Promise<void> {
    const { key, value, headers } = encodeEvent(event);
    const appender = await server.log().openAppender();
    const record = { key, headers, value: value.subarray(0, value.length >> 1) };
    await appender.append(partitionOfKey(key, PARTITIONS), [record]);
    await appender.close();
  }

  test('takes everybody out of the thread at once, and lets nobody in', async () => {
    const story = threadStory({ threadId: 'c1', owner: 'ada', members: ['ben'] });
    const other = threadStory({ threadId: 'c2', owner: 'ada', members: ['ben'] });
    await tell(story);
    await tell(other);
    await server.project();
    const [one, two] = await Promise.all([ready(ada), ready(ben)]);
    story.leave('ben');
    const removal = (await story.events(memorySealing())).at(-1)!;
    await broken(removal);
    for (const listener of [one, two]) {
      expect(await listener.wait('conversation:deleted')).toEqual([
        { conversationId: 'c1', threadId: 'c1', seq: null, reason: 'hidden' },
      ]);
    }
    // The read model has not come to it yet: what it says does not let anybody in, by joining or by connecting.
    const join = (listener: typeof one) => listener.socket.emitWithAck('conversation:join', 'c1') as Promise<unknown>;
    expect(await join(one)).toMatchObject({ code: 'not_found' });
    const late = await ready(ada);
    expect(await join(late)).toMatchObject({ code: 'not_found' });
    other.post('ada', 'elsewhere');
    await tell(other);
    expect(await late.wait('message:new')).toMatchObject([{ content: 'elsewhere' }]);
    expect(one.of('message:new')).toHaveLength(1);
    expect(two.of('resync')).toEqual([]);
  });

  test('of another kind only tells the room to fetch', async () => {
    const story = threadStory({ threadId: 'c3', owner: 'ada' });
    await tell(story);
    await server.project();
    const listener = await ready(ada);
    story.post('ada', 'never read');
    await broken((await story.events(memorySealing())).at(-1)!);
    expect(await listener.wait('resync')).toMatchObject([{ conversationId: 'c3' }]);
    expect(listener.of('conversation:deleted')).toEqual([]);
  });
});
