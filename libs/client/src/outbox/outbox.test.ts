import fc from 'fast-check';
import { createOutbox } from './index.ts';
import type { Factory } from './platform.ts';
import { createBrowser, HOUR, settled, type Network, type Tab } from './testing/tabs.ts';

beforeEach(() => void jest.useFakeTimers({ doNotFake: ['setImmediate', 'queueMicrotask', 'nextTick'] }));
afterEach(() => void jest.useRealTimers());

type Browser = ReturnType<typeof createBrowser>;

const failedIn = ({ queue }: Tab) => queue.entries.filter(({ state }) => state === 'failed');
const contents = ({ queue }: Tab) => queue.entries.map(({ input }) => input.content);

const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('send' as const), tab: fc.nat({ max: 2 }) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('network' as const),
      is: fc.constantFrom<Network>('ok', 'down', 'lost', 'hung'),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('reload' as const), tab: fc.nat({ max: 2 }) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom<'open' | 'day'>('open', 'day') }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('close' as const), tab: fc.nat({ max: 2 }) }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.constantFrom(10, 600, 3000) }) },
);
type Step = typeof step extends fc.Arbitrary<infer One> ? One : never;

type Take<Kind extends Step['kind']> = (
  browser: Browser,
  step: Extract<Step, { kind: Kind }>,
  given: { tab: Tab; written: string[] },
) => unknown;

const TAKE: { [Kind in Step['kind']]: Take<Kind> } = {
  network: ({ world }, { is }) => (world.network = is),
  day: ({ world }) => (world.now += 25 * HOUR),
  wait: ({ pass }, { ms }) => pass(ms),
  open: ({ tabs, open }) => tabs().length < 3 && open(),
  send(_browser, _step, { tab, written }) {
    written.push(`text ${written.length}`);
    tab.queue.send({ content: written.at(-1) });
  },
  reload({ kill, open }, _step, { tab }) {
    kill(tab);
    open();
  },
  close: ({ tabs, kill }, _step, { tab }) => tabs().length > 1 && kill(tab),
};

async function take(browser: Browser, one: Step, written: string[]): Promise<void> {
  const tabs = browser.tabs();
  const tab = tabs['tab' in one ? one.tab % tabs.length : 0]!;
  await (TAKE[one.kind] as Take<Step['kind']>)(browser, one as never, { tab, written });
  await settled();
}

/** Until nothing waits any more; the tabs that hang are reloaded. */
async function calm(browser: Browser): Promise<void> {
  browser.world.network = 'ok';
  for (const tab of browser.tabs()) browser.kill(tab);
  browser.open();
  for (let round = 0; round < 20; round++) {
    await browser.pass(10_000);
    // Leases of tabs that are no more end.
    browser.world.now += 60_000;
    for (const tab of browser.tabs()) tab.outbox.adopt();
    await settled();
  }
}

it.each([
  ['locks', true],
  ['leases', false],
])(
  'sends each message once or asks, whatever was lost, reloaded, opened twice or waited a day, by %s',
  async (_, withLocks) => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 25 }), async (steps) => {
        const browser = createBrowser({ withLocks });
        const written: string[] = [];
        browser.open();
        for (const one of steps) await take(browser, one, written);
        await calm(browser);

        const { history } = browser.world;
        expect(new Set(history).size).toBe(history.length);
        const asked = browser.tabs().flatMap(failedIn);
        for (const entry of asked) expect(entry.error).toMatchObject({ code: 'expired' });
        const known = new Set([...history, ...asked.map(({ input }) => input.content)]);
        expect(written.filter((content) => !known.has(content))).toEqual([]);
        expect(browser.tabs().flatMap(contents)).toEqual(asked.map(({ input }) => input.content));

        // Asked, the user sends again what is not there.
        const [tab] = browser.tabs();
        for (const { localId, input } of failedIn(tab!)) {
          if (history.includes(input.content!)) tab!.queue.discard(localId);
          else tab!.queue.retry(localId);
        }
        await browser.pass(2000);
        expect(history.toSorted()).toEqual(written.toSorted());
        browser.kill(tab!);
        const last = browser.open();
        await browser.pass(1000);
        expect(contents(last)).toEqual([]);
      }),
      { numRuns: 25 },
    );
  },
);

const written = { content: 'Written on the bus' };

/** A tab in which something waits without a network. */
async function waiting(browser: Browser, options?: Parameters<Browser['open']>[0]) {
  browser.world.network = 'down';
  const tab = browser.open(options);
  const { localId } = tab.queue.send(written);
  await settled();
  return { tab, localId };
}

/** What a tab has that opens in the place of this one, with a network. */
async function after(browser: Browser, { tab }: { tab: Tab }, options?: Parameters<Browser['open']>[0]) {
  browser.kill(tab);
  browser.world.network = 'ok';
  const next = browser.open(options);
  await browser.pass(1000);
  return next;
}

it('sends after a reload what waited before it, under the key that it had', async () => {
  const browser = createBrowser();
  const before = await waiting(browser);
  expect(before.tab.outbox.getSnapshot()).toEqual({ status: 'kept', reason: null });
  browser.world.network = 'lost';
  await browser.pass(2000);
  expect(browser.world.history).toEqual([written.content]);
  const tab = await after(browser, before);
  expect(browser.world.history).toEqual([written.content]);
  expect([...browser.world.keys.keys()]).toEqual([before.localId]);
  expect(contents(tab)).toEqual([]);
});

it('shows after a reload what was refused, and sends it only when told to', async () => {
  const browser = createBrowser();
  const before = await waiting(browser);
  before.tab.user = 'ben';
  await browser.pass(2000);
  expect(failedIn(before.tab)).toMatchObject([{ error: { code: 'wrong_user' } }]);
  expect(before.tab.outbox.getSnapshot()).toEqual({ status: 'memory', reason: 'wrong_user' });
  const tab = await after(browser, before);
  expect(failedIn(tab)).toMatchObject([{ localId: before.localId, error: { code: 'wrong_user' } }]);
  expect(browser.world.history).toEqual([]);
  tab.queue.retry(before.localId);
  await browser.pass(1000);
  expect([...browser.world.keys.keys()]).toEqual([before.localId]);
});

it.each([
  ['another user', { userId: 'ben' }],
  ['the same user of another tenant', { tenantId: 'other school' }],
  ['the same user of another server', { server: 'https://other' }],
])('shows and sends nothing of it to %s who signs in', async (_, options) => {
  const browser = createBrowser();
  const other = await after(browser, await waiting(browser), options);
  await other.outbox.clear();
  expect([browser.world.history, contents(other)]).toEqual([[], []]);
  // It is still there for whose it is.
  browser.kill(other);
  browser.open();
  await browser.pass(1000);
  expect(browser.world.history).toEqual([written.content]);
});

it('hands nothing over to a client whose token is of another user, as long as that is so', async () => {
  const browser = createBrowser();
  const before = await waiting(browser);
  browser.kill(before.tab);
  browser.world.network = 'ok';
  const next = browser.open({ tokenOf: 'ben' });
  await browser.pass(1000);
  expect([browser.world.history, contents(next)]).toEqual([[], []]);
  expect(next.outbox.getSnapshot()).toEqual({ status: 'memory', reason: 'wrong_user' });
  next.user = 'ann';
  next.outbox.adopt();
  await browser.pass(1000);
  expect(browser.world.history).toEqual([written.content]);
});

it('leaves to a living tab what is its own, and takes it over as soon as that ends', async () => {
  const browser = createBrowser();
  const before = await waiting(browser);
  const other = browser.open();
  await settled();
  expect(contents(other)).toEqual([]);
  browser.kill(before.tab);
  await settled();
  expect(contents(other)).toEqual([written.content]);
});

it('asks where the clock was set back by more than the window leaves', async () => {
  const browser = createBrowser();
  const before = await waiting(browser);
  browser.world.now -= 2 * HOUR;
  const tab = await after(browser, before);
  expect(failedIn(tab)).toMatchObject([{ error: { code: 'expired' } }]);
  expect(browser.world.history).toEqual([]);
});

it('erases everything at sign-out, also what another tab still has, and what is erased is not sent', async () => {
  const browser = createBrowser();
  const before = await waiting(browser);
  const other = browser.open();
  other.queue.send({ content: 'Another' });
  await settled();
  before.tab.queue.clear();
  before.tab.outbox.release();
  await before.tab.outbox.clear();
  browser.world.network = 'ok';
  await browser.pass(60_000);
  await after(browser, { tab: other });
  expect(browser.world.history).toEqual([]);
});

describe('says that it keeps in memory alone', () => {
  const bounds = { maxMessages: 2, maxSize: 1000 };
  it.each([
    ['what is too many', ['a', 'b', 'c'], 'full'],
    ['what is too much', ['a'.repeat(2000)], 'full'],
  ])('%s, and sends it', async (_, texts, reason) => {
    const browser = createBrowser();
    browser.world.network = 'down';
    const tab = browser.open({ bounds });
    for (const content of texts) tab.queue.send({ content });
    await settled();
    expect(tab.outbox.getSnapshot()).toEqual({ status: 'memory', reason });
    browser.world.network = 'ok';
    await browser.pass(3000);
    expect(browser.world.history).toEqual(texts);
    expect(tab.outbox.getSnapshot()).toEqual({ status: 'kept', reason: null });
  });

  const quota = Object.assign(new Error('full'), { name: 'QuotaExceededError' });
  const refusing = (error: unknown) => () => {
    throw error;
  };
  it.each([
    ['where there is no storage', undefined, 'unavailable'],
    ['where storage is refused', { open: refusing(new Error('denied')) }, 'unavailable'],
    ['where storage never answers', { open: () => ({}) as never }, 'unavailable'],
    ['where the browser has no room', { open: refusing(quota) }, 'quota'],
  ])('%s, and sends it', async (_, indexedDB, reason) => {
    const browser = createBrowser();
    browser.world.network = 'down';
    const tab = browser.open({ indexedDB });
    tab.queue.send(written);
    await browser.pass(12_000);
    expect(tab.outbox.getSnapshot()).toMatchObject({ status: 'memory', reason });
    browser.world.network = 'ok';
    await browser.pass(30_000);
    expect(browser.world.history).toEqual([written.content]);
  });
});

it('keeps again as soon as the browser has room', async () => {
  const browser = createBrowser();
  browser.world.network = 'down';
  const quota = Object.assign(new Error('full'), { name: 'QuotaExceededError' });
  let full = true;
  const indexedDB: Factory = {
    open(...args) {
      if (full) throw quota;
      return browser.factory.open(...args);
    },
  };
  const tab = browser.open({ indexedDB });
  tab.queue.send({ content: 'One' });
  await settled();
  expect(tab.outbox.getSnapshot()).toEqual({ status: 'memory', reason: 'quota' });
  full = false;
  tab.queue.send({ content: 'Two' });
  await settled();
  await expect(after(browser, { tab }).then(contents)).resolves.toEqual([]);
  expect(browser.world.history).toEqual(['Two']);
});

it('touches nothing before it is used', () => {
  const outbox = createOutbox({ tenantId: 'school', userId: 'ann' });
  const binding = { server: 'x', token: () => Promise.resolve('x'), restore: () => undefined };
  const { getSnapshot, release } = outbox.open(binding);
  expect(getSnapshot()).toEqual({ status: 'idle', reason: null });
  release();
});
