import type { ChatError } from '../errors.ts';
import type { Thread } from '../generated/wire.ts';
import type { Drafts } from './drafts.ts';
import type { ShownMessage } from './shownMessages.ts';
import type { ViewStatus } from './syncRun.ts';
import type { ReadUpTo } from './threadState.ts';

/** A thread as it is known now. Immutable; parts that did not change are the same objects as before. */
export interface ThreadSnapshot {
  status: ViewStatus;
  /** Why it is not live, where there is a reason. */
  error: ChatError | null;
  /** Who is signed in; null until the server said so. */
  me: string | null;
  thread: Thread | null;
  /** In the order of the thread; those on their way stand at the end. */
  messages: readonly ShownMessage[];
  hasOlder: boolean;
  loadingOlder: boolean;
  unreadCount: number;
  /** By user, how far it has read. */
  receipts: ReadonlyMap<string, ReadUpTo>;
  /** Users who type now, without oneself. */
  typing: readonly string[];
  /** What agents are about to say. */
  drafts: Drafts;
}

/** Before anything is known, and on a server that renders. */
export const EMPTY_THREAD: ThreadSnapshot = {
  ...{ status: 'connecting', error: null, me: null, thread: null, messages: [], hasOlder: false, loadingOlder: false },
  ...{ unreadCount: 0, receipts: new Map(), typing: [], drafts: [] },
};
