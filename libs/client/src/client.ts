import { DEFAULT_RETRY, type RetryOptions } from './http/backoff.ts';
import { createConsistency } from './http/consistency.ts';
import type { ClientMetrics } from './http/metrics.ts';
import { createHttp, type Http } from './http/request.ts';
import { createTokens, type GetToken, type Tokens } from './http/tokens.ts';
import type { ConnectionState } from './live/link.ts';
import { createLive, type OutgoingView } from './live/live.ts';
import type { Outbox } from './live/outbox.ts';
import type { PresenceView } from './live/presence.ts';
import type { Store } from './live/store.ts';
import type { ThreadListFilter, ThreadListView } from './live/threadList.ts';
import type { ThreadView } from './live/threadView.ts';
import type { UnreadView } from './live/unread.ts';
import { agentsOf } from './resources/agents.ts';
import { messagesOf } from './resources/messages.ts';
import { participantsOf, presenceOf, reactionsOf } from './resources/people.ts';
import { privacyOf } from './resources/privacy.ts';
import { readingOf } from './resources/reading.ts';
import { searchOf } from './resources/search.ts';
import { threadsOf } from './resources/threads.ts';
import { verbsOf } from './resources/verbs.ts';
import { webhooksOf } from './resources/webhooks.ts';

/** Where the client tells what it does; it never tells a token or a text. `console` is one. */
export interface ClientLogger {
  debug?(message: string, fields: Record<string, unknown>): void;
  warn?(message: string, fields: Record<string, unknown>): void;
}

export interface ChatClientOptions {
  /** Of the HTTP API, with its base path if it has one. */
  url: string;
  /** Of Socket.io; `url` where nothing is said. */
  realtimeUrl?: string;
  token?: string;
  getToken?: GetToken;
  fetch?: typeof fetch;
  logger?: ClientLogger;
  /** Told of attempts, how long they took, and reconnections. */
  metrics?: ClientMetrics;
  retry?: RetryOptions;
  /** One attempt of a request takes at most so long; 15 seconds where nothing is said. */
  timeoutMs?: number;
  /** Keeps what waits to be sent beyond this page, as `createOutbox` of `@threadlog/client/outbox` does. */
  outbox?: Outbox;
}

/** The routes of the API, by what they are about. */
export interface ChatRoutes {
  /** `/threads`. A thread is called a conversation by other surfaces. */
  threads: ReturnType<typeof threadsOf>;
  /** `/threads/{id}/messages`. */
  messages: ReturnType<typeof messagesOf>;
  /** `/threads/{id}/participants`. */
  participants: ReturnType<typeof participantsOf>;
  /** `/threads/{id}/messages/{id}/reactions`. */
  reactions: ReturnType<typeof reactionsOf>;
  /** Read positions, receipts, what is unread. */
  reading: ReturnType<typeof readingOf>;
  /** `/search`. */
  search: ReturnType<typeof searchOf>;
  /** `/presence`. */
  presence: ReturnType<typeof presenceOf>;
  /** `/privacy`. */
  privacy: ReturnType<typeof privacyOf>;
  /** `/agents`, for administrators of the tenant, and their runs, for whoever may post. */
  agents: ReturnType<typeof agentsOf>;
  /** `/webhooks`, for administrators of the tenant. */
  webhooks: ReturnType<typeof webhooksOf>;
}

/** A client without live views. */
export interface RestClient extends ChatRoutes {
  /** Another token of the same user. */
  setToken(token: string): void;
  /** Ends it for good: requests under way are rejected, and the socket is closed. */
  close(): void;
}

/** A client of one user. */
export interface ChatClient extends RestClient {
  /** A thread that stays as the server has it, while it is listened to. The same view for everybody who asks. */
  thread(threadId: string): ThreadView;
  /** The reader's threads. Equal filters have one view. */
  threadList(filter?: ThreadListFilter): ThreadListView;
  /** What the reader has not read, in all threads. */
  unread(): UnreadView;
  /** Who of these is online. */
  presenceOf(userIds: readonly string[]): PresenceView;
  /** Whether there is a connection; listening to this does not open one. */
  connection: Store<ConnectionState>;
  /** Whether what waits to be sent survives the page. */
  outbox: OutgoingView;
  /** Closes the socket and holds back what is to be sent, until `resume`: an app in the background. */
  pause(): void;
  /** Goes on after `pause`. */
  resume(): void;
}

/** The routes alone, for what shows nothing live: a bundle of it has neither live views nor Socket.io. */
export function createRestClient(options: Omit<ChatClientOptions, 'realtimeUrl' | 'outbox'>): RestClient {
  const tokens = createTokens(options);
  const stop = new AbortController();
  return {
    ...routesOf(httpOf(options, tokens, stop.signal)),
    setToken: (token) => tokens.set(token),
    close: () => stop.abort(),
  };
}

/** A client of one user. Making one does nothing: it connects when something is listened to. */
export function createChatClient(options: ChatClientOptions): ChatClient {
  const tokens = createTokens(options);
  const stop = new AbortController();
  const routes = routesOf(httpOf(options, tokens, stop.signal));
  const live = createLive({ ...liveOptions(options), tokens, routes });
  return {
    ...routes,
    ...live.views,
    connection: live.state,
    outbox: live.outgoing,
    pause: live.pause,
    resume: live.resume,
    setToken(token) {
      tokens.set(token);
      live.connection.tokenChanged();
    },
    close() {
      live.close();
      stop.abort();
    },
  };
}

function httpOf(
  { url, fetch: given, logger, metrics = {}, retry, timeoutMs = 15_000 }: ChatClientOptions,
  tokens: Tokens,
  signal: AbortSignal,
) {
  return createHttp({
    url: url.replace(/\/+$/, ''),
    // Called as a function of its own: browsers refuse theirs as a method of something else.
    fetch: given ?? ((...args) => globalThis.fetch(...args)),
    ...{ tokens, consistency: createConsistency(), retry: { ...DEFAULT_RETRY, ...retry }, timeoutMs, signal, metrics },
    log: (message, fields) => logger?.debug?.(message, { component: 'chat_client', ...fields }),
  });
}

function liveOptions({ url, realtimeUrl, logger, outbox, metrics = {} }: ChatClientOptions) {
  return {
    ...{ url: url.replace(/\/+$/, ''), realtimeUrl: realtimeUrl ?? url, outbox, metrics },
    report: (error: unknown) => logger?.warn?.('a listener failed', { component: 'chat_client', error: String(error) }),
    log: (message: string, fields: Record<string, unknown>) =>
      logger?.debug?.(message, { component: 'chat_client', ...fields }),
  };
}

function routesOf(http: Http): ChatRoutes {
  const verbs = verbsOf(http);
  return {
    threads: threadsOf(verbs),
    messages: messagesOf(verbs),
    participants: participantsOf(verbs),
    reactions: reactionsOf(verbs),
    reading: readingOf(verbs),
    search: searchOf(verbs),
    presence: presenceOf(verbs),
    privacy: privacyOf(verbs),
    agents: agentsOf(verbs),
    webhooks: webhooksOf(verbs),
  };
}
