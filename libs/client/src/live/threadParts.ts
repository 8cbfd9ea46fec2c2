import type { ChatError } from '../errors.ts';
import type { Core } from './core.ts';
import type { Drafts } from './drafts.ts';
import type { OutgoingQueue } from './outgoing.ts';
import type { OwnStore } from './store.ts';
import type { Sync } from './sync.ts';
import type { ViewStatus } from './syncRun.ts';
import type { ThreadData } from './threadState.ts';
import type { ThreadSnapshot } from './threadSnapshot.ts';
import type { Timers } from './timers.ts';
import type { Typing } from './typing.ts';

/** What a view of a thread is made of; its functions share it. */
export interface ThreadParts {
  core: Core;
  threadId: string;
  data: ThreadData | null;
  status: ViewStatus;
  error: ChatError | null;
  drafts: Drafts;
  /** When ended drafts go, by run. */
  endings: Timers;
  loadingOlder: boolean;
  /** Messages held at most; grows with the older ones that are asked for. */
  most: number;
  typing: Typing;
  outgoing: OutgoingQueue;
  sync: Sync;
  store: OwnStore<ThreadSnapshot>;
  /** Ends what the view holds of the connection. */
  release: (() => void) | null;
}
