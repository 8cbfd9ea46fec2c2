import type {
  AgentMode,
  Channel,
  JsonObject,
  Message,
  Participant,
  Thread,
  ThreadStatus,
  ThreadType,
  UserThread,
} from '../generated/wire.ts';
import type { Pages } from '../http/pages.ts';
import { path } from '../http/paths.ts';
import type { CallOptions, WriteOptions } from '../http/request.ts';
import type { Verbs } from './verbs.ts';
import type { Receipt } from './reading.ts';

export interface ThreadFilter {
  learnerId?: string;
  status?: ThreadStatus;
  channel?: Channel;
  participantId?: string;
  /** The sub-threads of this thread, and only they. */
  parentThreadId?: string;
  /** The threads that the caller has hidden, instead of the others. */
  hidden?: boolean;
  updatedAfter?: string;
  /** Items of a page, 1 to 200. */
  limit?: number;
  cursor?: string;
}

export interface NewThread {
  title?: string | null;
  learnerId?: string | null;
  type?: ThreadType;
  channel?: Channel;
  participantIds?: string[];
  metadata?: JsonObject | null;
  parentThreadId?: string;
  rootMessageId?: string;
}

export interface ThreadChange {
  title?: string | null;
  metadata?: JsonObject | null;
  status?: ThreadStatus;
}

export type Preferences = UserThread['preferences'];

/** What changed in a thread after a seq; with `resync` it cannot be told. */
export interface ThreadChanges {
  seq: number;
  messages: Message[];
  thread?: Thread;
  participants?: Participant[];
  receipts: Receipt[];
  resync: boolean;
}

/** `/threads`. A thread is called a conversation by other surfaces. */
export function threadsOf({ get, post, put, patch, del, list }: Verbs) {
  return {
    /** Newest activity first. */
    list: (query: ThreadFilter & CallOptions = {}): Pages<Thread> => list('/threads', query, { field: 'threads' }),
    get: (threadId: string, options: CallOptions = {}): Promise<Thread> => get(path`/threads/${threadId}`, options),
    /** The caller takes part as owner. */
    create: (thread: NewThread, options: WriteOptions = {}): Promise<Thread> => post('/threads', options, thread),
    update: (threadId: string, change: ThreadChange, options: WriteOptions = {}): Promise<Thread> =>
      patch(path`/threads/${threadId}`, options, change),
    /** For everybody. */
    delete: (threadId: string, options: WriteOptions = {}): Promise<void> => del(path`/threads/${threadId}`, options),
    /** Hands a conversation over to people (`off`) or back to agents. */
    setAgentMode: (threadId: string, agentMode: AgentMode, options: WriteOptions = {}): Promise<Thread> =>
      put(path`/threads/${threadId}/agent-mode`, options, { agentMode }),
    /** How the caller alone wants to see it. */
    setPreferences: (threadId: string, change: Partial<Preferences>, options: WriteOptions = {}): Promise<UserThread> =>
      patch(path`/threads/${threadId}/preferences`, options, change),
    changes: (threadId: string, since: number, options: CallOptions = {}): Promise<ThreadChanges> =>
      get(path`/threads/${threadId}/changes`, { ...options, query: { since } }),
  };
}
