import type { Actor } from '@threadlog/auth';
import type { Draft, JsonObject, Problem } from '@threadlog/events';
import type {
  DeletionLogRow,
  ExportLogRow,
  LegalHold,
  MessageRow,
  ParticipantRow,
  TenantRow,
  ThreadRow,
  UserRow,
  UserThreadRow,
} from '@threadlog/read-models';

/**
 * A stream as a decision sees it: the read model's rows, folded up to and including events still in flight.
 * Only the messages that the command names are sure to be there.
 */
export interface ThreadState {
  /** Stream version of the last event, 0 before the first. */
  version: number;
  /** Null before creation. A deleted thread keeps its row, with `deleted_at`. */
  thread: ThreadRow | null;
  /** Memberships, removed ones too (`removed_at`). */
  participants: ReadonlyMap<string, ParticipantRow>;
  messages: ReadonlyMap<string, MessageRow>;
}

/** A user's stream as a decision sees it: the profile, and the threads that the command names. */
export interface UserState {
  version: number;
  user: UserRow | null;
  /** What the user has read and prefers, by thread id. */
  userThreads: ReadonlyMap<string, UserThreadRow>;
}

/** A person's privacy requests as a decision sees them: the latest ones, by id. */
export interface PrivacyState {
  version: number;
  exports: ReadonlyMap<string, ExportLogRow>;
  deletions: ReadonlyMap<string, DeletionLogRow>;
}

/** A tenant's own stream; null before anything was said. */
export interface TenantState {
  version: number;
  tenant: TenantRow | null;
}

/** Any stream: which parts of it hold something depends on its type. */
export type StreamState = ThreadState & UserState & PrivacyState & TenantState;

/** Everything a decision may depend on besides its command and its state. */
export interface DecisionContext {
  actor: Actor;
  /** Time of the command: ISO 8601 UTC, microseconds. Events are stamped by the caller, never before it. */
  now: string;
  /** Id for a thing the command creates: the thread's or the message's. */
  newId: string;
  /** The root of a sub-thread, whose participants and access count for it; the state itself for a root. */
  root: ThreadState;
  /** Legal holds of the actor's tenant, as known a moment ago; null while nobody knows. */
  holds: readonly LegalHold[] | null;
  limits: {
    maxMessagesPerThread: number;
    maxParticipants: number;
    /** Hours between an erasure's request and its execution, unless a privacy officer says otherwise. */
    erasureGraceHours: number;
    /** Days that messages are kept where a tenant says nothing; null: for ever. */
    retentionDays: number | null;
  };
}

/** What a command comes to. `unchanged` and `told` are successes that leave no event and no receipt. */
export type Decision =
  | { kind: 'events'; events: [Draft, ...Draft[]] }
  | { kind: 'unchanged' }
  | { kind: 'told'; told: JsonObject }
  | { kind: 'refused'; problem: Problem };
