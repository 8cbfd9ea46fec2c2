import type { ChatError } from '../errors.ts';
import type { Message, Thread } from '../generated/wire.ts';
import type { ThreadFilter } from '../resources/threads.ts';
import type { Core } from './core.ts';
import { threadOf, type Frame } from './frames.ts';
import { createRefetch, type Refetch } from './refetch.ts';
import { createStore, type OwnStore, type Store } from './store.ts';

/** What a list of threads is filtered by. */
export type ThreadListFilter = Omit<ThreadFilter, 'cursor' | 'updatedAfter'>;

export interface ThreadListSnapshot {
  status: 'connecting' | 'live' | 'stale';
  error: ChatError | null;
  /** Newest activity first. */
  threads: readonly Thread[];
  hasMore: boolean;
  loadingMore: boolean;
}

/** The reader's threads, while anybody listens. */
export interface ThreadListView extends Store<ThreadListSnapshot> {
  /** Adds the next page. Resolves with whether there are more. */
  loadMore(): Promise<boolean>;
  /** Whether nobody listens. */
  readonly idle: boolean;
}

const EMPTY_THREAD_LIST: ThreadListSnapshot = {
  ...{ status: 'connecting', error: null, threads: [], hasMore: false, loadingMore: false },
};

/** Fetched again at most once in so long, however many changes come. */
const REFETCH_MS = 250;
const PAGE = 50;
/** Held at most. */
const MOST_THREADS = 2000;

interface List {
  core: Core;
  filter: ThreadListFilter;
  snapshot: ThreadListSnapshot;
  cursor: string | null;
  store: OwnStore<ThreadListSnapshot>;
  refetch: Refetch;
  release: (() => void) | null;
}

export function createThreadList(core: Core, filter: ThreadListFilter): ThreadListView {
  const list = { core, filter, snapshot: EMPTY_THREAD_LIST, cursor: null, release: null } as unknown as List;
  list.refetch = createRefetch({
    fetch: (signal) => fetchFirst(list, signal),
    failed: (error) => become(list, { error, status: list.snapshot.threads.length > 0 ? 'stale' : 'connecting' }),
    delayMs: REFETCH_MS,
  });
  list.store = createStore({
    build: () => list.snapshot,
    onActive: () => activate(list),
    onIdle: () => deactivate(list),
    report: core.report,
  });
  return {
    subscribe: list.store.subscribe,
    getSnapshot: list.store.getSnapshot,
    loadMore: () => loadMore(list),
    get idle() {
      return !list.store.active;
    },
  };
}

function become(list: List, change: Partial<ThreadListSnapshot>): void {
  list.snapshot = { ...list.snapshot, ...change };
  list.store.changed();
}

function activate(list: List): void {
  const { connection } = list.core;
  list.release = connection.retain({
    up: () => list.refetch.now(),
    down: () => become(list, { status: list.snapshot.threads.length > 0 ? 'stale' : 'connecting' }),
    frame: (frame) => received(list, frame),
  });
  list.refetch.now();
}

function deactivate(list: List): void {
  list.release?.();
  list.release = null;
  list.refetch.stop();
  if (list.snapshot.status === 'live') become(list, { status: 'stale' });
}

/** As many as are shown: the order may have changed anywhere. */
async function fetchFirst(list: List, signal: AbortSignal): Promise<void> {
  const { core, filter } = list;
  const wanted = Math.max(filter.limit ?? PAGE, list.snapshot.threads.length);
  const limit = Math.min(200, wanted);
  const threads: Thread[] = [];
  let page;
  let cursor: string | undefined;
  do {
    page = await core.threads.list({ ...filter, limit, cursor, signal }).page();
    threads.push(...page.items);
    cursor = page.nextCursor ?? undefined;
  } while (page.hasMore && cursor !== undefined && threads.length < Math.min(wanted, MOST_THREADS));
  if (signal.aborted) return;
  list.cursor = page.nextCursor;
  const status = core.connection.up ? 'live' : list.snapshot.status === 'connecting' ? 'connecting' : 'stale';
  become(list, { threads: unchanged(list.snapshot.threads, threads), hasMore: page.hasMore, error: null, status });
}

/** Objects that are held already are kept where they say the same. */
function unchanged(held: readonly Thread[], threads: Thread[]): readonly Thread[] {
  const known = new Map(held.map((thread) => [thread.id, thread]));
  const same = (one: Thread | undefined, other: Thread) =>
    one !== undefined && JSON.stringify(one) === JSON.stringify(other);
  return threads.map((thread) => (same(known.get(thread.id), thread) ? known.get(thread.id)! : thread));
}

async function loadMore(list: List): Promise<boolean> {
  const { core, filter, snapshot, cursor } = list;
  if (!snapshot.hasMore || snapshot.loadingMore || cursor === null) return snapshot.hasMore;
  become(list, { loadingMore: true });
  try {
    const page = await core.threads.list({ ...filter, limit: filter.limit ?? PAGE, cursor }).page();
    const known = new Set(list.snapshot.threads.map(({ id }) => id));
    const threads = [...list.snapshot.threads, ...page.items.filter(({ id }) => !known.has(id))];
    list.cursor = page.nextCursor;
    become(list, { threads: threads.slice(0, MOST_THREADS), hasMore: page.hasMore && threads.length < MOST_THREADS });
  } finally {
    become(list, { loadingMore: false });
  }
  return list.snapshot.hasMore;
}

/** After these the list is fetched again: what they change of it is for the server to say. */
const TELLING = new Set<Frame['name']>([
  ...(['conversation:created', 'conversation:updated', 'conversation:deleted', 'thread:created', 'resync'] as const),
  ...(['user:joined', 'user:left', 'message:deleted', 'message:updated', 'user:erased'] as const),
]);

function received(list: List, frame: Frame): void {
  const { name, payload } = frame;
  const id = threadOf(frame);
  if (name === 'conversation:deleted') {
    become(list, { threads: list.snapshot.threads.filter((thread) => thread.id !== id) });
  } else if (name === 'message:new') return posted(list, payload);
  else if (name === 'message:read' && payload.userId === list.core.connection.me) return readUpTo(list, payload);
  if (TELLING.has(name)) list.refetch.soon();
}

/** Shown at once; the server's word follows where it could be another. */
function posted(list: List, message: Message): void {
  const { threads } = list.snapshot;
  const held = threads.find(({ id }) => id === message.threadId);
  if (!held) return list.refetch.soon();
  if (message.seq <= held.seq) return;
  const unread = message.senderId === list.core.connection.me ? 0 : 1;
  const thread: Thread = {
    ...held,
    ...{ lastMessage: message, seq: message.seq, updatedAt: message.createdAt },
    messageCount: held.messageCount + 1,
    unreadCount: held.unreadCount + unread,
  };
  become(list, { threads: [thread, ...threads.filter((one) => one !== held)] });
  // Whether it counts as unread depends on who takes part, and where this is not a plain list, so does its place.
  list.refetch.soon();
}

function readUpTo(list: List, { threadId, messageIndex }: { threadId: string; messageIndex: number }): void {
  const { threads } = list.snapshot;
  const newest = threads.find(({ id }) => id === threadId)?.lastMessage?.messageIndex ?? Infinity;
  if (messageIndex >= newest) {
    become(list, { threads: threads.map((one) => (one.id === threadId ? { ...one, unreadCount: 0 } : one)) });
  }
  list.refetch.soon();
}
