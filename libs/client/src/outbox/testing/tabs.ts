import { IDBFactory, IDBKeyRange } from 'fake-indexeddb';
import { NetworkError } from '../../errors.ts';
import type { Message } from '../../generated/wire.ts';
import type { OpenOutbox } from '../../live/outbox.ts';
import { createOutgoing, type OutgoingQueue } from '../../live/outgoing.ts';
import { openOutbox } from '../open.ts';
import type { Factory, Locks } from '../platform.ts';

export const HOUR = 3_600_000;
const TENANT = 'school';
const KEYS_COUNT_MS = 24 * HOUR;

/** A token as the server takes it; not signed, as nobody here looks. */
const tokenOf = (userId: string, tenantId = TENANT): string =>
  `e30.${Buffer.from(JSON.stringify({ sub: userId, tenant_id: tenantId })).toString('base64url')}.x`;

/** Web Locks of one browser; those of a tab end with it. */
function createLocks() {
  const held = new Map<string, string>();
  const waiting: { name: string; go: () => void }[] = [];
  const release = (name: string) => {
    held.delete(name);
    const next = waiting.filter((one) => one.name === name);
    for (const one of next) waiting.splice(waiting.indexOf(one), 1);
    for (const one of next) one.go();
  };
  return {
    of: (tab: string): Locks => ({
      async request(name, { mode, signal }, call) {
        if (held.has(name)) await new Promise<void>((go) => waiting.push({ name, go }));
        if (signal?.aborted) throw new Error('aborted');
        if (mode === 'shared') return call();
        held.set(name, tab);
        await call();
        release(name);
      },
      query: () => Promise.resolve({ held: [...held.keys()].map((name) => ({ name })) }),
    }),
    endOf(tab: string): void {
      for (const [name, of] of held) if (of === tab) release(name);
    },
  };
}

/** How the next posts go: `lost`: it is carried out and the answer is lost; `hung`: and no answer ever comes. */
export type Network = 'ok' | 'down' | 'lost' | 'hung';

interface World {
  now: number;
  network: Network;
  /** What the thread has, in its order. */
  history: string[];
  /** When keys were first seen, and with what. */
  keys: Map<string, { at: number; message: Message }>;
}

/** The server knows keys for a day. */
function carryOut(world: World, key: string, content: string): Message {
  const known = world.keys.get(key);
  if (known && world.now - known.at < KEYS_COUNT_MS) return known.message;
  world.history.push(content);
  const message = { id: `m${world.history.length}`, content, clientMessageId: key } as Message;
  world.keys.set(key, { at: world.now, message });
  return message;
}

async function post(world: World, key: string, content: string): Promise<Message> {
  const { network } = world;
  if (network === 'down') throw new NetworkError('network', 'down', { retryable: true });
  const message = carryOut(world, key, content);
  if (network === 'lost') throw new NetworkError('network', 'lost', { retryable: true });
  return network === 'hung' ? new Promise(() => undefined) : message;
}

export interface Tab {
  queue: OutgoingQueue;
  outbox: OpenOutbox;
  /** Whose token its client has. */
  user: string;
  alive: boolean;
}

interface TabOptions {
  userId?: string;
  /** Whose token the client has, where that is another's. */
  tokenOf?: string;
  tenantId?: string;
  server?: string;
  bounds?: { maxMessages: number; maxSize: number };
  indexedDB?: Factory | undefined;
}

/** A browser with one storage, in which tabs come and go, and a server with one thread. */
export function createBrowser({ withLocks = true } = {}) {
  const world: World = { now: Date.parse('2026-01-01T00:00:00Z'), network: 'ok', history: [], keys: new Map() };
  const factory = new IDBFactory() as unknown as Factory;
  const locks = createLocks();
  const tabs: Tab[] = [];
  const open = ({ userId = 'ann', tenantId = TENANT, server = 'https://chat', ...options }: TabOptions = {}): Tab => {
    const name = `tab ${tabs.length}`;
    const tab = { user: options.tokenOf ?? userId, alive: true } as Tab;
    const indexedDB = 'indexedDB' in options ? options.indexedDB : factory;
    tab.outbox = openOutbox({
      ...{ tenantId, userId, bounds: options.bounds ?? { maxMessages: 500, maxSize: 1_000_000 } },
      binding: {
        server,
        token: () => Promise.resolve(tokenOf(tab.user, tenantId)),
        restore: (message) => tab.alive && tab.queue.restore(message),
      },
      platform: () => ({
        ...{ indexedDB, now: () => world.now, locks: withLocks ? locks.of(name) : undefined },
        range: (from, to) => IDBKeyRange.bound(from, to),
      }),
    });
    tab.queue = createOutgoing({
      ...{ threadId: 't1', outbox: tab.outbox, posted: () => undefined, changed: () => undefined },
      post: ({ content }, { idempotencyKey }) => post(world, idempotencyKey, content!),
      open: () => tab.alive,
      now: () => world.now,
    });
    tab.outbox.adopt();
    tabs.push(tab);
    return tab;
  };
  return {
    world,
    /** The storage of this browser. */
    factory,
    open,
    tabs: () => tabs.filter(({ alive }) => alive),
    /** Ends as a tab does: nothing runs any more, and nothing is said. */
    kill(tab: Tab): void {
      tab.alive = false;
      locks.endOf(`tab ${tabs.indexOf(tab)}`);
    },
    /** Lets time pass, with all that storage does in it. */
    async pass(ms: number): Promise<void> {
      for (let left = ms; left > 0; left -= 500) {
        world.now += Math.min(left, 500);
        await jest.advanceTimersByTimeAsync(Math.min(left, 500));
        await settled();
      }
    },
  };
}

/** What storage does goes by immediates, each step of it. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 40; turn++) await new Promise((resolve) => setImmediate(resolve));
}
