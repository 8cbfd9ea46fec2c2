export {
  createChatClient,
  createRestClient,
  type ChatClient,
  type ChatClientOptions,
  type ChatRoutes,
  type ClientLogger,
  type RestClient,
} from './client.ts';
export {
  AbortedError,
  AuthError,
  ChatError,
  NetworkError,
  ServerError,
  type ErrorCode,
  type FieldError,
} from './errors.ts';
export type * from './generated/wire.ts';
export type { ClientAttempt, ClientMetrics } from './http/metrics.ts';
export type { RetryOptions } from './http/backoff.ts';
export type { Page, Pages } from './http/pages.ts';
export type { CallOptions, WriteOptions } from './http/request.ts';
export type { GetToken } from './http/tokens.ts';
export type { ConnectionState } from './live/link.ts';
export type { Draft } from './live/drafts.ts';
export type { Sending } from './live/outgoing.ts';
export type { Outgoing } from './live/outgoingQueue.ts';
export type { OutgoingView } from './live/live.ts';
export type { KeptMessage, OpenOutbox, Outbox, OutboxBinding, OutboxState } from './live/outbox.ts';
export type { PresenceSnapshot, PresenceView } from './live/presence.ts';
export type { ShownMessage } from './live/shownMessages.ts';
export type { Store } from './live/store.ts';
export type { ViewStatus } from './live/syncRun.ts';
export type { ThreadActions } from './live/threadActions.ts';
export type { ThreadListFilter, ThreadListSnapshot, ThreadListView } from './live/threadList.ts';
export type { ThreadSnapshot } from './live/threadSnapshot.ts';
export type { ReadUpTo } from './live/threadState.ts';
export type { ThreadView } from './live/threadView.ts';
export type { UnreadSnapshot, UnreadView } from './live/unread.ts';
export type { AgentSettings } from './resources/agents.ts';
export type { MessageEdit, MessageQuery, NewMessage, FormerText } from './resources/messages.ts';
export type { NewParticipant, Presence } from './resources/people.ts';
export type { Erasure, NewHold, PrivacyFilter, PrivacySubject } from './resources/privacy.ts';
export type { ReadPosition, Receipt, Unread } from './resources/reading.ts';
export type { SearchFilter, SearchHit } from './resources/search.ts';
export type { NewThread, Preferences, ThreadChange, ThreadChanges, ThreadFilter } from './resources/threads.ts';
export type { NewWebhook } from './resources/webhooks.ts';
