import type { ChatClient, Message, ThreadView } from '@threadlog/client';
import { cleanupAfterAll, eventually, scale, tcpProxy, testSeed } from '@threadlog/testing';
import { chatClients, comparable, historyOf } from './testing/chatClients';
import { chanceOf, faultyFetch } from './testing/faultyFetch';
import { givenStandalone } from './testing/standalone';

/** Of each of five people. */
const SENDS = scale({ short: 60, long: 400 });
const PEOPLE = ['ann', 'ben', 'cyd', 'dan', 'eve'];
const PATIENT = { timeoutMs: 240_000, intervalMs: 100 };
jest.setTimeout(300_000);

const api = givenStandalone({ ROLES: 'projector,command-api,query-api,realtime' });
const clients = chatClients(api);
const cleanups = cleanupAfterAll();

type Proxy = Awaited<ReturnType<typeof tcpProxy>>;

/** Cuts connections and holds them up, one after the other, until it is stopped. */
function disturb(proxies: readonly Proxy[], chance: () => number): () => Promise<void> {
  let going = true;
  const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
  const ended = (async () => {
    while (going) {
      const proxy = proxies[Math.floor(chance() * proxies.length)]!;
      if (chance() < 0.5) proxy.cut();
      else {
        proxy.freeze(true);
        await pause(100);
        proxy.freeze(false);
      }
      await pause(100 + chance() * 150);
    }
  })();
  return async () => {
    going = false;
    await ended;
  };
}

async function wholeView(view: ThreadView): Promise<readonly Message[]> {
  while (await view.loadOlder(200));
  return view.getSnapshot().messages;
}

/** A person with a network of its own that fails. */
async function person(id: string, tenant: string, chance: () => number) {
  const proxy = await tcpProxy({ target: { port: Number(new URL(api.sockets()).port) } });
  cleanups.add(() => proxy.close());
  const network = faultyFetch(chance, 0.25);
  const retry = { baseMs: 10, maxMs: 200 };
  const realtimeUrl = `http://${proxy.host}:${proxy.port}`;
  const client = clients.of(id, tenant, { fetch: network.fetch, realtimeUrl, retry });
  return { id, client, proxy, network };
}

/** Sends, and counts how often each settles. */
async function say(view: ThreadView, id: string, chance: () => number) {
  const settled = new Map<string, string[]>();
  const all: Promise<unknown>[] = [];
  for (let n = 1; n <= SENDS; n++) {
    const content = `${id} ${n}`;
    settled.set(content, []);
    const { sent } = view.send(content);
    all.push(
      sent.then(
        (message) => settled.get(content)!.push(message.content!),
        (error: Error) => settled.get(content)!.push(error.message),
      ),
    );
    // No more wait than a user interface would show.
    await eventually(() => view.getSnapshot().messages.filter(({ state }) => state !== 'sent').length < 20, PATIENT);
    if (chance() < 0.3) await new Promise((resolve) => setTimeout(resolve, chance() * 20));
  }
  await Promise.all(all);
  return settled;
}

it(`settles each of ${SENDS * PEOPLE.length} sends once, and every view is the history in the end`, async () => {
  const chance = chanceOf(testSeed({ what: 'networks of clients' }));
  const tenant = clients.tenant();
  const well: ChatClient = clients.of('ann', tenant);
  const { id } = await well.threads.create({ participantIds: PEOPLE.slice(1) });
  const people = await Promise.all(PEOPLE.map((name) => person(name, tenant, chance)));
  const views = people.map(({ client }) => client.thread(id));
  for (const view of views) view.subscribe(() => undefined);
  const calm = disturb(
    people.map(({ proxy }) => proxy),
    chance,
  );

  const settled = await Promise.all(people.map((one, at) => say(views[at]!, one.id, chance)));
  await calm();
  for (const { network } of people) network.heal();

  for (const outcomes of settled) for (const [content, told] of outcomes) expect(told).toEqual([content]);
  const history = await historyOf(well, id);
  expect(history.map(({ messageIndex }) => messageIndex)).toEqual(history.map((_, at) => at + 1));
  for (const name of PEOPLE) {
    // Each once, in the order in which they were written.
    const said = history.filter(({ senderId }) => senderId === name).map(({ content }) => content);
    expect(said).toEqual(Array.from({ length: SENDS }, (_, at) => `${name} ${at + 1}`));
  }
  for (const view of views) {
    await eventually(() => expect(view.getSnapshot().status).toBe('live'), PATIENT);
    await eventually(() => expect(view.getSnapshot().messages.at(-1)?.messageIndex).toBe(history.length), PATIENT);
    expect(comparable(await wholeView(view))).toEqual(comparable(history));
  }
  const shown = people.flatMap(({ network }) => Object.keys(network.shown));
  expect(new Set(shown)).toEqual(new Set(['cut', 'lost', 'rate', 'unavailable', 'html', 'late']));
});
