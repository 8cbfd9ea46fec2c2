import {
  createChatClient,
  type ChatClient,
  type ChatClientOptions,
  type Message,
  type ThreadView,
} from '@threadlog/client';
import {
  chanceOf,
  cleanupAfterAll,
  eventually,
  faultyFetch,
  scale,
  tcpProxy,
  testSeed,
  testStack,
} from '@threadlog/testing';
import { tokenOf } from './support/people';
import { createSystem, type System } from './support/system';

/** Of each of five people. */
const SENDS = scale({ short: 40, long: 400 });
/** The server is killed so often in the middle of it, and started again. */
const KILLS = scale({ short: 1, long: 6 });
const PEOPLE = ['ann', 'ben', 'cyd', 'dan', 'eve'];
const PATIENT = { timeoutMs: 240_000, intervalMs: 100 };
jest.setTimeout(300_000);

const stack = testStack();
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

function clientOf(system: System, id: string, options: Partial<ChatClientOptions> = {}): ChatClient {
  const token = tokenOf({ id, tenant: 'client-school' }, 3600);
  const client = createChatClient({ url: system.api, realtimeUrl: system.realtime, token, ...options });
  cleanups.add(() => client.close());
  return client;
}

/** A person with a network of its own that fails. */
async function person(system: System, id: string, chance: () => number) {
  const proxy = await tcpProxy({ target: { port: Number(new URL(system.realtime).port) } });
  cleanups.add(() => proxy.close());
  const network = faultyFetch(chance, 0.35);
  const retry = { baseMs: 10, maxMs: 200 };
  const realtimeUrl = `http://${proxy.host}:${proxy.port}`;
  const client = clientOf(system, id, { fetch: network.fetch, realtimeUrl, retry });
  return { id, client, proxy, network };
}

/** What became of each text, as often as it was told. */
type Settled = Map<string, string[]>;

/** Sends, and counts how often each settles. */
async function say(view: ThreadView, id: string, chance: () => number, settled: Settled): Promise<void> {
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
}

/** Kills the server in the middle of it all, spread over what is to be said. */
async function killOften(system: System, settled: Settled): Promise<void> {
  const said = () => [...settled.values()].filter((told) => told.length > 0).length;
  for (let kill = 1; kill <= KILLS; kill++) {
    await eventually(() => said() >= (SENDS * PEOPLE.length * kill) / (KILLS + 1), PATIENT);
    await system.kill();
    await system.start();
  }
}

/** What the server has, in its order. */
async function historyOf(client: ChatClient, threadId: string): Promise<Message[]> {
  const history: Message[] = [];
  for await (const message of client.messages.list(threadId, { order: 'asc', limit: 200 })) history.push(message);
  return history;
}

const comparable = (messages: readonly Message[]) =>
  messages.map(({ id, seq, messageIndex, content, senderId }) => ({ id, seq, messageIndex, content, senderId }));

it(`settles each of ${SENDS * PEOPLE.length} sends once, and every view is the history in the end`, async () => {
  const chance = chanceOf(testSeed({ what: 'networks of clients' }));
  const system = await createSystem(
    { kafkaBrokers: stack.kafkaBrokers, databaseUrl: await stack.freshDatabase(), topicPrefix: stack.topicPrefix() },
    cleanups,
  );
  await system.start();
  const well = clientOf(system, 'ann');
  const { id } = await well.threads.create({ participantIds: PEOPLE.slice(1) });
  const people = await Promise.all(PEOPLE.map((name) => person(system, name, chance)));
  const views = people.map(({ client }) => client.thread(id));
  for (const view of views) view.subscribe(() => undefined);
  const calm = disturb(
    people.map(({ proxy }) => proxy),
    chance,
  );

  const settled: Settled = new Map();
  await Promise.all([killOften(system, settled), ...people.map((one, at) => say(views[at]!, one.id, chance, settled))]);
  await calm();
  for (const { network } of people) network.heal();

  expect(settled.size).toBe(SENDS * PEOPLE.length);
  for (const [content, told] of settled) expect(told).toEqual([content]);
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
