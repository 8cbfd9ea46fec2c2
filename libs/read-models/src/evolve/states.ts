import type { StreamRef } from '@threadlog/events';
import type { AgentRow } from '../projections/agents';
import type { MessageRow } from '../projections/messages';
import type { ParticipantRow } from '../projections/participants';
import type { DeletionLogRow, ExportLogRow } from '../projections/privacyLogs';
import type { TenantRow } from '../projections/tenants';
import type { ThreadRow } from '../projections/threads';
import type { UserRow } from '../projections/users';
import type { UserThreadRow } from '../projections/userThreads';
import type { WebhookEndpointRow } from '../projections/webhookEndpoints';

/** A thread's stream. */
export interface ThreadState {
  type: 'thread';
  /** Stream version of the last event, 0 before the first. */
  version: number;
  /** Null before creation. A deleted thread keeps its row, with `deleted_at`. */
  thread: ThreadRow | null;
  /** Memberships, removed ones too (`removed_at`). */
  participants: Map<string, ParticipantRow>;
  /** Those touched last stand last. Whoever keeps a state may take some away: a row that is not here is not made up. */
  messages: Map<string, MessageRow>;
}

/** A user's stream: the profile, and what the user has read and prefers. */
export interface UserState {
  type: 'user';
  version: number;
  user: UserRow | null;
  /** By thread id. Only threads that were put here are followed: no row may mean that it was not read yet. */
  userThreads: Map<string, UserThreadRow>;
}

/** A person's privacy requests: the latest ones, by id. */
export interface PrivacyState {
  type: 'privacy';
  version: number;
  exports: Map<string, ExportLogRow>;
  deletions: Map<string, DeletionLogRow>;
}

/** A tenant's own stream; null before anything was said. */
export interface TenantState {
  type: 'tenant';
  version: number;
  tenant: TenantRow | null;
}

/** An endpoint's stream; null before it was registered. A deleted one keeps its row, with `deleted_at`. */
export interface WebhookState {
  type: 'webhook';
  version: number;
  endpoint: WebhookEndpointRow | null;
}

/** A registered agent's stream; null before it was registered. A deleted one keeps its row, with `deleted_at`. */
export interface AgentState {
  type: 'agent';
  version: number;
  agent: AgentRow | null;
}

export interface StreamStates {
  thread: ThreadState;
  user: UserState;
  privacy: PrivacyState;
  tenant: TenantState;
  webhook: WebhookState;
  agent: AgentState;
}

/** Types of the streams that commands are decided on. */
export type DecidedType = keyof StreamStates;

/** A stream that commands are decided on. */
export interface DecidedStream extends StreamRef {
  type: DecidedType;
}

/** The state of any of them. */
export type StreamState = StreamStates[DecidedType];

/** A state for who must not change it. */
export type ReadonlyState<State> = {
  readonly [K in keyof State]: State[K] extends Map<infer Key, infer Row> ? ReadonlyMap<Key, Row> : State[K];
};

const BEGINNINGS: { readonly [T in DecidedType]: () => StreamStates[T] } = {
  thread: () => ({ type: 'thread', version: 0, thread: null, participants: new Map(), messages: new Map() }),
  user: () => ({ type: 'user', version: 0, user: null, userThreads: new Map() }),
  privacy: () => ({ type: 'privacy', version: 0, exports: new Map(), deletions: new Map() }),
  tenant: () => ({ type: 'tenant', version: 0, tenant: null }),
  webhook: () => ({ type: 'webhook', version: 0, endpoint: null }),
  agent: () => ({ type: 'agent', version: 0, agent: null }),
};

/** A stream of which nothing has happened yet. */
export function beginning<T extends DecidedType>(type: T): StreamStates[T] {
  return BEGINNINGS[type]();
}
