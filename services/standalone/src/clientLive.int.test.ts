import { chanceOf, cleanupAfterAll, eventually, scale, tcpProxy, testActor, testSeed } from '@threadlog/testing';
import type { ThreadView } from '@threadlog/client';
import { chatClients, comparable, historyOf } from './testing/chatClients';
import { givenStandalone, tokenOf } from './testing/standalone';

const api = givenStandalone({ ROLES: 'projector,command-api,query-api,realtime' });
const clients = chatClients(api);
const cleanups = cleanupAfterAll();
jest.setTimeout(60_000);

/** Threads that sockets are in. */
async function rooms(): Promise<number> {
  const text = await api.runtime().metrics.registry.metrics();
  return Number(/^realtime_rooms(?:{.*})? (\d+)$/m.exec(text)?.[1]);
}

const texts = (view: ThreadView) => view.getSnapshot().messages.map(({ content, state }) => `${state} ${content}`);

/** Ada and Ben in a thread, both looking at it. */
async function twoPeople() {
  const tenant = clients.tenant();
  const [ada, ben] = [clients.of('ada', tenant), clients.of('ben', tenant)];
  const { id } = await ada.threads.create({ title: 'Homework', participantIds: ['ben'] });
  const views = [ada.thread(id), ben.thread(id)] as const;
  for (const view of views) view.subscribe(() => undefined);
  for (const view of views) await eventually(() => expect(view.getSnapshot().status).toBe('live'));
  return { tenant, ada, ben, id, adas: views[0], bens: views[1] };
}

describe('live views of two people', () => {
  it('show what each says, at once to itself and in the order of the server', async () => {
    const { ada, id, adas, bens } = await twoPeople();
    const { sent } = adas.send('Hello');
    expect(texts(adas)).toEqual(['sending Hello']);
    const key = adas.getSnapshot().messages[0]!.key;
    const message = await sent;
    expect(message).toMatchObject({ content: 'Hello', senderId: 'ada', messageIndex: 1 });
    await eventually(() => expect(texts(bens)).toEqual(['sent Hello']));
    expect(adas.getSnapshot().messages).toMatchObject([{ key, state: 'sent', id: message.id }]);
    await bens.send('Hi').sent;
    await bens.react(message.id, '👍');
    await adas.edit(message.id, 'Hello!');
    const history = await eventually(async () => {
      const messages = comparable(await historyOf(ada, id));
      for (const view of [adas, bens]) expect(comparable(view.getSnapshot().messages)).toEqual(messages);
      return messages;
    });
    expect(history.map(({ content, reactions }) => [content, reactions])).toEqual([
      ['Hello!', ['👍 1 ben']],
      ['Hi', []],
    ]);
    expect(bens.getSnapshot().messages[0]!.reactions[0]!.mine).toBe(true);
    expect(adas.getSnapshot().messages[0]!.reactions[0]!.mine).toBe(false);
  });

  it('show who types, who has read what, and what is unread', async () => {
    const { ben, adas, bens } = await twoPeople();
    bens.setTyping(true);
    await eventually(() => expect(adas.getSnapshot().typing).toEqual(['ben']));
    expect(bens.getSnapshot().typing).toEqual([]);
    const unread = ben.unread();
    unread.subscribe(() => undefined);
    await adas.send('One').sent;
    await adas.send('Two').sent;
    await eventually(() => expect([bens.getSnapshot().unreadCount, unread.getSnapshot().total]).toEqual([2, 2]));
    await bens.markRead();
    await eventually(() => expect([bens.getSnapshot().unreadCount, unread.getSnapshot().total]).toEqual([0, 0]));
    await eventually(() => expect(adas.getSnapshot().receipts.get('ben')).toMatchObject({ messageIndex: 2 }));
    expect(adas.getSnapshot().unreadCount).toBe(0);
  });

  it('forget a thread that is not theirs any more, and have it again when they are taken in again', async () => {
    const { ada, id, adas, bens } = await twoPeople();
    await adas.send('Between us').sent;
    await eventually(() => expect(texts(bens)).toEqual(['sent Between us']));
    await ada.participants.remove(id, 'ben');
    await eventually(() => expect(bens.getSnapshot()).toMatchObject({ status: 'gone', thread: null, messages: [] }));
    await expect(bens.send('Still here').sent).rejects.toMatchObject({ code: 'not_found' });
    await ada.participants.add(id, { userId: 'ben', history: 'from_join' });
    await adas.send('Again').sent;
    await eventually(() => expect(bens.getSnapshot()).toMatchObject({ status: 'live' }));
    await eventually(() => expect(texts(bens)).toEqual(['sent Again', 'failed Still here']));
  });
});

describe('the socket of a client', () => {
  it('is one, however often views are mounted, and is closed after the last of them', async () => {
    const proxy = await tcpProxy({ target: { port: Number(new URL(api.sockets()).port) } });
    cleanups.add(() => proxy.close());
    const tenant = clients.tenant();
    const ada = clients.of('ada', tenant, { realtimeUrl: `http://${proxy.host}:${proxy.port}` });
    const { id } = await ada.threads.create({ title: 'Homework' });
    expect(proxy.connections()).toBe(0);
    const stops = Array.from({ length: 10 }, () => [
      ada.thread(id),
      ada.threadList(),
      ada.unread(),
      ada.presenceOf(['ada']),
    ])
      .flat()
      .map((store) => {
        // As StrictMode does it.
        store.subscribe(() => undefined)();
        return store.subscribe(() => undefined);
      });
    await eventually(() => expect(ada.thread(id).getSnapshot().status).toBe('live'));
    await eventually(() => expect(ada.presenceOf(['ada']).getSnapshot().get('ada')?.state).toBe('online'));
    const listed = () => ada.threadList({}).getSnapshot().threads;
    await eventually(() => expect(listed().map((thread) => thread.id)).toEqual([id]));
    expect(proxy.connections()).toBe(1);
    for (const stop of stops) stop();
    await eventually(() => expect(proxy.connections()).toBe(0));
    expect(ada.connection.getSnapshot().status).toBe('idle');
    // What is held is shown at once, and brought up to date.
    const late = ada.thread(id);
    expect(late.getSnapshot().status).toBe('stale');
    late.subscribe(() => undefined);
    await eventually(() => expect(late.getSnapshot().status).toBe('live'));
  });

  it('comes back with a new token when the old one has ended, and nothing is missing', async () => {
    const { tenant, id, bens } = await twoPeople();
    let given = 0;
    const getToken = () => clients.shortToken('ada', tenant, (given += 1) === 1 ? 2 : 3600);
    const downMs: number[] = [];
    const metrics = { reconnect: (metric: { downMs: number }) => downMs.push(metric.downMs) };
    const ada = clients.of('ada', tenant, { getToken, metrics });
    const view = ada.thread(id);
    view.subscribe(() => undefined);
    await eventually(() => expect(view.getSnapshot().status).toBe('live'));
    await eventually(() => expect(ada.connection.getSnapshot().status).not.toBe('online'));
    await bens.send('Are you there?').sent;
    await eventually(() => expect(texts(view)).toEqual(['sent Are you there?']));
    await eventually(() => expect(view.getSnapshot().status).toBe('live'));
    expect(given).toBeGreaterThan(1);
    expect(downMs[0]).toBeGreaterThan(0);
  });

  it('follows few threads of others that nobody looks at any more, and all of its own', async () => {
    const tenant = clients.tenant();
    const ada = clients.of('ada', tenant);
    const officer = testActor('officer', { tenant, role: 'admin' });
    const watcher = clients.of('officer', tenant, { token: tokenOf(officer) });
    const own = await watcher.threads.create({ title: 'Own' });
    const others = await Promise.all(Array.from({ length: 12 }, (_, n) => ada.threads.create({ title: `${n}` })));
    // A list of threads lives on the frames of its own ones.
    watcher.threadList().subscribe(() => undefined);
    const look = async (threadId: string) => {
      const view = watcher.thread(threadId);
      const stop = view.subscribe(() => undefined);
      await eventually(() => expect(view.getSnapshot().status).toBe('live'));
      return { view, stop };
    };
    for (const { id } of [own, ...others]) (await look(id)).stop();
    await eventually(async () => expect(await rooms()).toBe(1 + 10));
    const { view } = await look(others[0]!.id);
    await ada.messages.send(others[0]!.id, { content: 'Still here' });
    await eventually(() => expect(texts(view)).toEqual(['sent Still here']));
  });

  it('that is refused says so, and works when there is another token', async () => {
    const tenant = clients.tenant();
    const good = clients.of('ada', tenant);
    const { id } = await good.threads.create({ title: 'Homework' });
    const ada = clients.of('ada', tenant, { token: 'no.such.token' });
    const view = ada.thread(id);
    view.subscribe(() => undefined);
    await eventually(() => expect(ada.connection.getSnapshot().status).toBe('unauthorized'));
    await eventually(() => expect(view.getSnapshot().error).toMatchObject({ name: 'AuthError' }));
    ada.setToken(clients.shortToken('ada', tenant, 600));
    await eventually(() => expect(view.getSnapshot()).toMatchObject({ status: 'live', error: null }));
  });
});

describe('what is held', () => {
  it('is bounded in a burst, and older messages come when they are asked for', async () => {
    const { ada, id, bens } = await twoPeople();
    const contents = Array.from({ length: 230 }, (_, at) => `${at + 1}`);
    for (const content of contents) await ada.messages.send(id, { content });
    const held = () => bens.getSnapshot().messages.map(({ content }) => content);
    await eventually(() => expect(held()).toEqual(contents.slice(-200)));
    expect(bens.getSnapshot().hasOlder).toBe(true);
    await expect(bens.loadOlder(20)).resolves.toBe(true);
    expect(held()).toEqual(contents.slice(-220));
    await expect(bens.loadOlder(20)).resolves.toBe(false);
    expect(held()).toEqual(contents);
  });

  const STEPS = scale({ short: 60, long: 1000 });
  it(`of what is unread equals the server after ${STEPS} steps of going away and coming back at random`, async () => {
    const chance = chanceOf(testSeed({ what: 'reading and being away' }));
    const { ada, ben, id, bens } = await twoPeople();
    const other = await ada.threads.create({ participantIds: ['ben'] });
    const unread = ben.unread();
    unread.subscribe(() => undefined);
    const steps: (() => unknown)[] = [
      () => ada.messages.send(id, { content: 'x' }),
      () => ada.messages.send(other.id, { content: 'y' }),
      () => ada.messages.send(other.id, { content: 'z' }),
      () => ben.reading.markRead(other.id),
      () => ben.pause(),
      () => ben.resume(),
    ];
    for (let n = 0; n < STEPS; n++) await steps[Math.floor(chance() * steps.length)]!();
    ben.resume();
    await ada.messages.send(id, { content: 'last' });
    await eventually(async () => {
      const { total, threads } = await ben.reading.unread();
      expect(unread.getSnapshot()).toMatchObject({ status: 'live', total });
      const mine = threads.find(({ threadId }) => threadId === id)?.unreadCount;
      expect(bens.getSnapshot()).toMatchObject({ status: 'live', unreadCount: mine });
    });
  }, 300_000);
});
