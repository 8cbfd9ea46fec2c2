import type { Core } from './core.ts';
import type { KeptMessage } from './outbox.ts';
import { rootOf } from './ids.ts';
import { createOutgoing } from './outgoing.ts';
import { createShown } from './shownMessages.ts';
import { createStore, type Store } from './store.ts';
import { createSync } from './sync.ts';
import type { SyncDeps } from './syncRun.ts';
import { show, threadActions, type ThreadActions } from './threadActions.ts';
import { trimmed } from './threadData.ts';
import { gone, received } from './threadFrames.ts';
import type { ThreadParts } from './threadParts.ts';
import { EMPTY_THREAD, type ThreadSnapshot } from './threadSnapshot.ts';
import { createTimers } from './timers.ts';
import { createTyping } from './typing.ts';

/** A thread that stays as the server has it, while anybody listens. */
export interface ThreadView extends Store<ThreadSnapshot>, ThreadActions {
  readonly threadId: string;
  /** Whether it can be dropped: nobody listens, and nothing is on its way. */
  readonly idle: boolean;
  /** Sends what waits, now. */
  wake(): void;
}

/** What the client itself does with a view besides. */
export interface OwnThreadView extends ThreadView {
  /** A message that another page has left. */
  restore(message: KeptMessage): void;
  /** Takes away what waits and what failed. */
  clear(): void;
}

/** Messages held, unless older ones are asked for. */
const WINDOW = 200;
const FIRST_PAGE = 50;

export function createThreadView(core: Core, threadId: string): OwnThreadView {
  const parts = {
    ...{ core, threadId, data: null, status: 'connecting', error: null, drafts: [], loadingOlder: false },
    ...{ most: WINDOW, release: null, endings: createTimers() },
  } as unknown as ThreadParts;
  const changed = () => parts.store.changed();
  parts.typing = createTyping(changed);
  parts.outgoing = createOutgoing({
    ...{ threadId, outbox: core.outbox },
    post: (input, options) => core.messages.send(threadId, input, options),
    posted: (message) => void show(parts, message),
    changed,
    open: () => !core.sendingHeld(),
    now: Date.now,
  });
  parts.sync = createSync(syncDeps(parts));
  parts.store = createStore<ThreadSnapshot>({
    build: snapshotOf(parts),
    onActive: () => activate(parts),
    onIdle: () => deactivate(parts),
    report: core.report,
  });
  return {
    threadId,
    ...threadActions(parts),
    subscribe: parts.store.subscribe,
    getSnapshot: parts.store.getSnapshot,
    wake: () => parts.outgoing.wake(),
    restore: (message) => parts.outgoing.restore(message),
    clear: () => parts.outgoing.clear(),
    get idle() {
      return !parts.store.active && parts.outgoing.entries.length === 0;
    },
  };
}

function snapshotOf(parts: ThreadParts): () => ThreadSnapshot {
  const shown = createShown();
  return () => {
    const { data, status, error, core, threadId, typing, drafts, loadingOlder, outgoing } = parts;
    const me = data?.me ?? core.connection.me;
    const { messages = EMPTY_THREAD.messages, thread = null, hasOlder = false, unreadCount = 0 } = data ?? {};
    const receipts = data?.receipts ?? EMPTY_THREAD.receipts;
    const place = { threadId, conversationId: rootOf(threadId), me, thread };
    return {
      ...{ status, error, me, thread, hasOlder, loadingOlder, unreadCount, receipts, typing: typing.users, drafts },
      messages: shown({ ...place, messages, outgoing: outgoing.entries }),
    };
  };
}

function syncDeps(parts: ThreadParts): SyncDeps {
  const { core, threadId } = parts;
  return {
    api: {
      thread: (signal) => core.threads.get(threadId, { signal }),
      newest: (signal) => core.messages.list(threadId, { limit: FIRST_PAGE, signal }).page(),
      changes: (since, signal) => core.threads.changes(threadId, since, { signal }),
      join: (since) => core.rooms.join(threadId, since),
    },
    up: () => core.connection.up,
    me: () => core.connection.me,
    get: () => parts.data,
    set(data) {
      parts.data = data;
      settleSent(parts);
      parts.store.changed();
    },
    status(status, error) {
      if (status === 'gone') return gone(parts, error);
      [parts.status, parts.error] = [status, error];
      parts.store.changed();
    },
    bound: (data) => trimmed(data, parts.most),
  };
}

/** What is in the thread already is not on its way, although its answer was lost: with the page, too. */
function settleSent({ data, outgoing }: ThreadParts): void {
  if (!data || outgoing.entries.length === 0) return;
  for (const message of data.messages) {
    if (message.clientMessageId !== null && message.senderId === data.me) outgoing.arrived(message);
  }
}

function activate(parts: ThreadParts): void {
  const exit = parts.core.rooms.enter(parts.threadId);
  const release = parts.core.connection.retain({
    up: () => {
      parts.sync.start();
      parts.outgoing.wake();
    },
    down: () => {
      parts.sync.pause();
      parts.typing.clear();
      parts.drafts = [];
      if (parts.data) parts.status = 'stale';
      parts.store.changed();
    },
    frame: (frame) => received(parts, frame),
  });
  parts.release = () => {
    release();
    exit(isOthers(parts));
  };
  parts.sync.start();
}

/** Whether the reader is known to take no part: the frames of one's own threads are for lists and unread counts as well. */
function isOthers({ data, threadId }: ThreadParts): boolean {
  // Who takes part in a sub-thread is told in its root alone.
  if (!data?.thread || data.me === null || threadId !== rootOf(threadId)) return false;
  const { participants, participantCount } = data.thread;
  return participantCount <= participants.length && participants.every(({ userId }) => userId !== data.me);
}

function deactivate(parts: ThreadParts): void {
  parts.release?.();
  parts.release = null;
  parts.sync.stop();
  parts.typing.clear();
  parts.endings.clearAll();
  [parts.drafts, parts.status] = [[], parts.data ? 'stale' : 'connecting'];
  parts.store.changed();
}
