import { testActor, threadStory, type ThreadStory } from '@threadlog/testing';
import type { Listener } from './testing/listener';
import { readingStory } from './testing/readingStory';
import { givenRealtime } from './testing/service';

const [ada, ben] = [testActor('ada'), testActor('ben')];
const admin = testActor('eve', { role: 'admin' });
const eve = testActor('eve');

/** A root in which eve sees what comes after the second message; one sub-thread began before she came, one after. */
describe('sub-threads and who came late', () => {
  const server = givenRealtime();
  const { tell, ready } = server;
  let count = 0;

  /** Eve comes while everybody is connected, or has come before. */
  async function given(): Promise<{ root: ThreadStory; old: ThreadStory; fresh: ThreadStory }> {
    const id = `s${(count += 1)}`;
    const root = threadStory({ threadId: id, owner: 'ada', members: ['ben'] });
    root.post('ada', 'one');
    root.post('ada', 'two');
    const old = threadStory({ threadId: `${id}~old`, owner: 'ada', rootVersion: 2, rootMessageId: `${id}-m1` });
    old.post('ada', 'old talk');
    await tell(root);
    await tell(old);
    root.join('eve', { fromNow: true });
    await tell(root);
    const fresh = threadStory({ threadId: `${id}~fresh`, owner: 'ada', rootVersion: 4 });
    await tell(fresh);
    return { root, old, fresh };
  }

  async function talk({ root, old, fresh }: Awaited<ReturnType<typeof given>>): Promise<void> {
    const said = old.post('ada', 'more old talk');
    old.edit(said, 'more old talk, better');
    old.react('ben', said, '👍');
    await tell(old);
    fresh.post('ada', 'new talk');
    await tell(fresh);
    root.post('ada', 'three');
    await tell(root);
  }

  /** Without what edits made of it: a resume may show each message in its last state. */
  const said = (listener: Listener) => listener.of('message:new').map(({ content }) => content?.split(',')[0]);
  const about = (listener: Listener, threadId: string) =>
    listener.frames.filter(({ payload }) => (payload as { threadId?: string }).threadId === threadId);

  test('are told live by where they begin, to those who are connected and to those who come', async () => {
    const first = await ready(eve);
    const place = await given();
    await first.wait('conversation:created');
    await server.project();
    const listeners = [first, await ready(eve)];
    const whole = await ready(ben);
    await talk(place);
    for (const listener of listeners) {
      await listener.wait('message:new', 2);
      expect(said(listener)).toEqual(['new talk', 'three']);
      expect(about(listener, place.old.place.id)).toEqual([]);
    }
    await whole.wait('message:new', 3);
    expect(said(whole)).toEqual(['more old talk', 'new talk', 'three']);
    expect(whole.of('message:updated')).toMatchObject([{ content: 'more old talk, better' }]);
    const reading = readingStory('ben');
    reading.read(place.old.place.id, `${place.old.place.id.replace('~', '.')}-m1`, 1);
    reading.read(place.fresh.place.id, `${place.fresh.place.id.replace('~', '.')}-m1`, 1);
    await tell(reading);
    await first.wait('message:read');
    expect(first.of('message:read')).toMatchObject([{ threadId: place.fresh.place.id }]);
  });

  test.each(['recent events', 'the read model'])('are resumed from %s by the same rule', async (source) => {
    const place = await given();
    await talk(place);
    await server.project();
    if (source === 'the read model') {
      await server.stop();
      await server.start();
    }
    const [rootId, oldId, freshId] = [place.root.place.id, place.old.place.id, place.fresh.place.id];
    const resume = { [rootId]: 4, [oldId]: 2, [freshId]: 1 };
    const listener = await ready(eve, { resume });
    await listener.wait('resumed', 2);
    expect(
      listener
        .of('resumed')
        .map(({ threadId }) => threadId)
        .sort(),
    ).toEqual([rootId, freshId].sort());
    expect(await listener.wait('conversation:deleted')).toMatchObject([{ threadId: oldId, reason: 'hidden' }]);
    expect(said(listener).sort()).toEqual(['new talk', 'three']);
    const whole = await ready(ben, { resume });
    await whole.wait('resumed', 3);
    expect(said(whole).sort()).toEqual(['more old talk', 'new talk', 'three']);
    place.root.post('ada', 'four');
    await tell(place.root);
    place.old.post('ada', 'last old talk');
    await tell(place.old);
    place.fresh.post('ada', 'last new talk');
    await tell(place.fresh);
    await listener.wait('message:new', 4);
    expect(said(listener).slice(2)).toEqual(['four', 'last new talk']);
  });

  test('are shown whole to who sees everything, by office too', async () => {
    const place = await given();
    await server.project();
    const [owner, office] = [await ready(ada), await ready(admin)];
    await talk(place);
    for (const listener of [owner, office]) {
      await listener.wait('message:new', 3);
      expect(said(listener)).toEqual(['more old talk', 'new talk', 'three']);
    }
  });
});
