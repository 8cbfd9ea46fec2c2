import { applyFrame } from './applyFrame.ts';
import type { Core } from './core.ts';
import type { KeptMessage } from './outbox.ts';
import { withoutRun, withRun, withText } from './drafts.ts';
import { threadOf, type Frame, type FrameName, type Frames } from './frames.ts';
import { rootOf } from './ids.ts';
import { createOutgoing } from './outgoing.ts';
import { createShown } from './shownMessages.ts';
import { createStore, type Store } from './store.ts';
import { createSync, type SyncDeps } from './sync.ts';
import { show, threadActions, type ThreadActions } from './threadActions.ts';
import { trimmed } from './threadData.ts';
import type { ThreadParts } from './threadParts.ts';
import { EMPTY_THREAD, type ThreadSnapshot } from './threadSnapshot.ts';
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
/** An ended draft is shown so long, until its message comes. */
const ENDED_DRAFT_MS = 5000;
const FIRST_PAGE = 50;

export function createThreadView(core: Core, threadId: string): OwnThreadView {
  const parts = {
    ...{ core, threadId, data: null, status: 'connecting', error: null, drafts: [], loadingOlder: false },
    ...{ most: WINDOW, release: null },
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
      join: (since) => core.join(threadId, since),
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
  parts.release = parts.core.connection.retain({
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
  parts.sync.start();
}

function deactivate(parts: ThreadParts): void {
  parts.release?.();
  parts.release = null;
  parts.sync.stop();
  parts.typing.clear();
  [parts.drafts, parts.status] = [[], parts.data ? 'stale' : 'connecting'];
  parts.store.changed();
}

/** Nothing of a thread is shown that is not the reader's any more. */
function gone(parts: ThreadParts, error: ThreadParts['error']): void {
  parts.sync.stop();
  parts.typing.clear();
  [parts.data, parts.status, parts.error, parts.drafts] = [null, 'gone', error, []];
  parts.store.changed();
}

function received(parts: ThreadParts, frame: Frame): void {
  const place = threadOf(frame);
  if (frame.name === 'user:erased' && parts.data) {
    parts.data = applyFrame(parts.data, frame);
    return parts.store.changed();
  }
  const { threadId } = parts;
  if (frame.name === 'conversation:deleted' && (place === threadId || place === rootOf(threadId)))
    return gone(parts, null);
  if (place !== threadId) return;
  (BESIDE[frame.name] as ((parts: ThreadParts, payload: unknown) => void) | undefined)?.(parts, frame.payload);
  parts.sync.frame(frame);
}

type Beside = { [Name in FrameName]?: (parts: ThreadParts, payload: Frames[Name]) => void };

/** What frames bring besides their place in the thread. */
const BESIDE: Beside = {
  'user:typing': (parts, { userId, isTyping }) => {
    if (userId !== parts.core.connection.me) parts.typing.set(userId, isTyping);
  },
  'message:new': (parts, message) => {
    parts.typing.set(message.senderId, false);
    if (message.senderId === parts.core.connection.me) parts.outgoing.arrived(message);
    if (message.run) draft(parts, withoutRun(parts.drafts, message.run.runId));
  },
  'agent:run': (parts, run) => {
    draft(parts, withRun(parts.drafts, run));
    if (run.state === 'ended') setTimeout(() => draft(parts, withoutRun(parts.drafts, run.runId)), ENDED_DRAFT_MS);
  },
  'agent:text': (parts, text) => draft(parts, withText(parts.drafts, text)),
  'conversation:created': (parts, { seq }) => {
    if (seq <= (parts.data?.seq ?? 0)) return;
    // It was lost and is back: this stands for all that was held of it.
    [parts.data, parts.status] = [null, 'connecting'];
    parts.sync.start();
  },
};

function draft(parts: ThreadParts, drafts: ThreadParts['drafts']): void {
  if (drafts === parts.drafts) return;
  parts.drafts = drafts;
  parts.store.changed();
}
