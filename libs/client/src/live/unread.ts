import type { ChatError } from '../errors.ts';
import type { Unread } from '../resources/reading.ts';
import type { Core } from './core.ts';
import type { Frame } from './frames.ts';
import { createRefetch, type Refetch } from './refetch.ts';
import { createStore, type OwnStore, type Store } from './store.ts';

export interface UnreadSnapshot extends Readonly<Unread> {
  status: 'connecting' | 'live' | 'stale';
  error: ChatError | null;
}

/** What the reader has not read, in all threads, while anybody listens. */
export type UnreadView = Store<UnreadSnapshot>;

const EMPTY_UNREAD: UnreadSnapshot = { status: 'connecting', error: null, total: 0, threads: [] };

const REFETCH_MS = 250;
/** The read model may be behind the frame that made us ask: where the answer was news, it is asked for once more. */
const AGAIN_MS = 1500;

interface Counter {
  core: Core;
  snapshot: UnreadSnapshot;
  store: OwnStore<UnreadSnapshot>;
  refetch: Refetch;
  release: (() => void) | null;
  again: ReturnType<typeof setTimeout> | undefined;
}

export function createUnread(core: Core): UnreadView {
  const counter = { core, snapshot: EMPTY_UNREAD, release: null, again: undefined } as unknown as Counter;
  const notLive = () => (counter.snapshot.status === 'connecting' ? 'connecting' : 'stale');
  counter.refetch = createRefetch({
    fetch: (signal) => fetchAll(counter, signal),
    failed: (error) => become(counter, { error, status: notLive() }),
    delayMs: REFETCH_MS,
  });
  counter.store = createStore({
    build: () => counter.snapshot,
    onActive() {
      counter.release = core.connection.retain({
        up: () => counter.refetch.now(),
        down: () => become(counter, { status: notLive() }),
        frame: (frame) => received(counter, frame),
      });
      counter.refetch.now();
    },
    onIdle() {
      counter.release?.();
      counter.release = null;
      clearTimeout(counter.again);
      counter.refetch.stop();
      become(counter, { status: notLive() });
    },
    report: core.report,
  });
  return { subscribe: counter.store.subscribe, getSnapshot: counter.store.getSnapshot };
}

function become(counter: Counter, change: Partial<UnreadSnapshot>): void {
  counter.snapshot = { ...counter.snapshot, ...change };
  counter.store.changed();
}

async function fetchAll(counter: Counter, signal: AbortSignal): Promise<void> {
  const { total, threads } = await counter.core.reading.unread({ signal });
  if (signal.aborted) return;
  const { snapshot, core } = counter;
  const news = snapshot.status !== 'connecting' && total !== snapshot.total;
  const same = total === snapshot.total && JSON.stringify(threads) === JSON.stringify(snapshot.threads);
  const status = core.connection.up ? 'live' : snapshot.status === 'connecting' ? 'connecting' : 'stale';
  become(counter, { total, threads: same ? snapshot.threads : threads, status, error: null });
  clearTimeout(counter.again);
  if (news) counter.again = setTimeout(() => counter.refetch.now(), AGAIN_MS);
}

const TELLING = new Set<Frame['name']>([
  ...(['message:new', 'message:deleted', 'message:updated', 'conversation:created', 'conversation:deleted'] as const),
  ...(['thread:created', 'resync'] as const),
]);

function received(counter: Counter, { name, payload }: Frame): void {
  const { me } = counter.core.connection;
  if (name === 'message:new' && payload.senderId !== me) count(counter, payload.threadId);
  if (TELLING.has(name) || (name === 'message:read' && payload.userId === me)) counter.refetch.soon();
}

/** One more, at once. */
function count(counter: Counter, threadId: string): void {
  const { threads, total } = counter.snapshot;
  const held = threads.find((thread) => thread.threadId === threadId);
  if (held?.muted || held?.hidden) return;
  const next = held
    ? threads.map((one) => (one === held ? { ...one, unreadCount: one.unreadCount + 1 } : one))
    : [...threads, { threadId, unreadCount: 1, muted: false, hidden: false }];
  become(counter, { total: total + 1, threads: next });
}
