import { useMemo } from 'react';
import type {
  ChatError,
  ConnectionState,
  Draft,
  OutboxState,
  PresenceSnapshot,
  ShownMessage,
  ThreadListFilter,
  ThreadListSnapshot,
  ThreadListView,
  ThreadSnapshot,
  ThreadView,
  UnreadSnapshot,
  ViewStatus,
} from '../index.ts';
import { useChatClient } from './context.ts';
import { useStore } from './useStore.ts';

// Before anything is known. Spelled out, as this entry loads nothing of the core.
const THREAD: ThreadSnapshot = {
  ...{ status: 'connecting', error: null, me: null, thread: null, messages: [], hasOlder: false, loadingOlder: false },
  ...{ unreadCount: 0, receipts: new Map(), typing: [], drafts: [] },
};
const LIST: ThreadListSnapshot = { status: 'connecting', error: null, threads: [], hasMore: false, loadingMore: false };
const UNREAD: UnreadSnapshot = { status: 'connecting', error: null, total: 0, threads: [] };
const NOBODY: PresenceSnapshot = new Map();
const IDLE: ConnectionState = { status: 'idle', userId: null, error: null };
const NONE: OutboxState = { status: 'none', reason: null };
const whole = <Snapshot>(snapshot: Snapshot) => snapshot;

/** Everything about a thread, and what can be done in it. Renders with each change; the hooks below with theirs. */
export function useThread(threadId: string): ThreadSnapshot & { view: ThreadView } {
  const view = useChatClient().thread(threadId);
  const snapshot = useStore(view, whole, THREAD);
  return useMemo(() => ({ ...snapshot, view }), [snapshot, view]);
}

export interface MessagesResult {
  messages: readonly ShownMessage[];
  status: ViewStatus;
  error: ChatError | null;
  hasOlder: boolean;
  loadingOlder: boolean;
  loadOlder: ThreadView['loadOlder'];
}

/** The messages of a thread. */
export function useMessages(threadId: string): MessagesResult {
  const view = useChatClient().thread(threadId);
  const messages = useStore(view, (snapshot) => snapshot.messages, THREAD);
  const status = useStore(view, (snapshot) => snapshot.status, THREAD);
  const error = useStore(view, (snapshot) => snapshot.error, THREAD);
  const hasOlder = useStore(view, (snapshot) => snapshot.hasOlder, THREAD);
  const loadingOlder = useStore(view, (snapshot) => snapshot.loadingOlder, THREAD);
  return { messages, status, error, hasOlder, loadingOlder, loadOlder: view.loadOlder };
}

/** The caller's threads, newest activity first. */
export function useThreads(filter: ThreadListFilter = {}): ThreadListSnapshot & Pick<ThreadListView, 'loadMore'> {
  const view = useChatClient().threadList(filter);
  const snapshot = useStore(view, whole, LIST);
  return useMemo(() => ({ ...snapshot, loadMore: view.loadMore }), [snapshot, view]);
}

/** What is unread, in total and by thread. */
export function useUnread(): UnreadSnapshot {
  return useStore(useChatClient().unread(), whole, UNREAD);
}

/** Who types in a thread, without oneself, and how to say that one does. */
export function useTyping(threadId: string): { typing: readonly string[]; setTyping: ThreadView['setTyping'] } {
  const view = useChatClient().thread(threadId);
  return { typing: useStore(view, (snapshot) => snapshot.typing, THREAD), setTyping: view.setTyping };
}

/** Who of these is online. */
export function usePresence(userIds: readonly string[]): PresenceSnapshot {
  return useStore(useChatClient().presenceOf(userIds), whole, NOBODY);
}

/** What agents are about to say in a thread; `running` while one is at work. */
export function useAgentRun(threadId: string): { drafts: readonly Draft[]; running: boolean } {
  const view = useChatClient().thread(threadId);
  const drafts = useStore(view, (snapshot) => snapshot.drafts, THREAD);
  return { drafts, running: drafts.some(({ state }) => state !== 'ended') };
}

/** Sends to a thread; does not render with what becomes of it, as `useMessages` does. */
export function useSend(threadId: string): Pick<ThreadView, 'send' | 'retry' | 'discard'> {
  const { send, retry, discard } = useChatClient().thread(threadId);
  return useMemo(() => ({ send, retry, discard }), [send, retry, discard]);
}

/** Whether there is a connection. */
export function useConnection(): ConnectionState {
  return useStore(useChatClient().connection, whole, IDLE);
}

/** Whether what waits to be sent survives the page. */
export function useOutbox(): OutboxState {
  return useStore(useChatClient().outbox, whole, NONE);
}
