import { DEFAULT_RETRY, type RetryOptions } from './http/backoff.ts';
import { createConsistency } from './http/consistency.ts';
import { createHttp, type Http } from './http/request.ts';
import { createTokens, type GetToken, type Tokens } from './http/tokens.ts';
import { createConnection, type Connection } from './live/connection.ts';
import type { ConnectionState } from './live/link.ts';
import { createJoin, type Core } from './live/core.ts';
import { createPresence, type PresenceView } from './live/presence.ts';
import { createRegistry } from './live/registry.ts';
import type { Store } from './live/store.ts';
import { createThreadList, type ThreadListFilter, type ThreadListView } from './live/threadList.ts';
import { createThreadView, type ThreadView } from './live/threadView.ts';
import { createUnread, type UnreadView } from './live/unread.ts';
import { messagesOf } from './resources/messages.ts';
import { participantsOf, presenceOf, reactionsOf } from './resources/people.ts';
import { privacyOf } from './resources/privacy.ts';
import { readingOf } from './resources/reading.ts';
import { searchOf } from './resources/search.ts';
import { threadsOf } from './resources/threads.ts';
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
  retry?: RetryOptions;
  /** One attempt of a request takes at most so long; 15 seconds where nothing is said. */
  timeoutMs?: number;
}

export type ChatClient = ReturnType<typeof createChatClient>;

/** A client of one user. Making one does nothing: it connects when something is listened to. */
export function createChatClient(options: ChatClientOptions) {
  const tokens = createTokens(options);
  const stop = new AbortController();
  const http = httpOf(options, tokens, stop.signal);
  const live = liveOf(options, tokens, http);
  return {
    ...resourcesOf(http),
    ...live.views,
    /** Whether there is a connection; listening to this does not open one. */
    connection: live.state,
    /** Closes the socket and holds back what is to be sent, until `resume`: an app in the background. */
    pause: live.pause,
    resume: live.resume,
    /** Another token of the same user. */
    setToken(token: string): void {
      tokens.set(token);
      live.connection.tokenChanged();
    },
    /** Ends it for good: requests under way are rejected, and the socket is closed. */
    close(): void {
      live.close();
      stop.abort();
    },
  };
}

function httpOf(
  { url, fetch: given, logger, retry, timeoutMs = 15_000 }: ChatClientOptions,
  tokens: Tokens,
  signal: AbortSignal,
) {
  return createHttp({
    url: url.replace(/\/+$/, ''),
    // Called as a function of its own: browsers refuse theirs as a method of something else.
    fetch: given ?? ((...args) => globalThis.fetch(...args)),
    ...{ tokens, consistency: createConsistency(), retry: { ...DEFAULT_RETRY, ...retry }, timeoutMs, signal },
    log: (message, fields) => logger?.debug?.(message, { component: 'chat_client', ...fields }),
  });
}

function resourcesOf(http: Http) {
  return {
    threads: threadsOf(http),
    messages: messagesOf(http),
    participants: participantsOf(http),
    reactions: reactionsOf(http),
    reading: readingOf(http),
    search: searchOf(http),
    presence: presenceOf(http),
    privacy: privacyOf(http),
    webhooks: webhooksOf(http),
  };
}

function liveOf({ url, realtimeUrl, logger }: ChatClientOptions, tokens: Tokens, http: Http) {
  const report = (error: unknown) =>
    logger?.warn?.('a listener failed', { component: 'chat_client', error: String(error) });
  const log = (message: string, fields: Record<string, unknown>) =>
    logger?.debug?.(message, { component: 'chat_client', ...fields });
  const connection: Connection = createConnection({ url: realtimeUrl ?? url, tokens, report, log });
  let held = false;
  const core: Core = {
    ...{
      http,
      threads: threadsOf(http),
      messages: messagesOf(http),
      reactions: reactionsOf(http),
      reading: readingOf(http),
    },
    ...{ presence: presenceOf(http), connection, join: createJoin(connection), report, sendingHeld: () => held },
  };
  const threads = createRegistry<ThreadView>(
    (id) => createThreadView(core, id),
    (view) => view.idle,
  );
  const lists = createRegistry<ThreadListView>(
    (name) => createThreadList(core, JSON.parse(name) as ThreadListFilter),
    (view) => view.idle,
  );
  const present = createRegistry<PresenceView>(
    (name) => createPresence(core, JSON.parse(name) as string[]),
    (view) => view.idle,
  );
  let unread: UnreadView | null = null;
  const hold = (is: boolean) => {
    held = is;
    for (const view of threads.all()) view.wake();
  };
  const state: Store<ConnectionState> = { subscribe: connection.subscribe, getSnapshot: connection.getSnapshot };
  return {
    connection,
    state,
    views: {
      /** A thread that stays as the server has it, while it is listened to. The same view for everybody who asks. */
      thread: (threadId: string): ThreadView => threads.get(threadId),
      threadList: (filter: ThreadListFilter = {}): ThreadListView => lists.get(nameOf(filter)),
      unread: (): UnreadView => (unread ??= createUnread(core)),
      /** Who of these is online. */
      presenceOf: (userIds: readonly string[]): PresenceView =>
        present.get(JSON.stringify([...new Set(userIds)].sort())),
    },
    pause() {
      hold(true);
      connection.pause();
    },
    resume() {
      connection.resume();
      hold(false);
    },
    close() {
      hold(true);
      connection.close();
    },
  };
}

/** Equal filters have one name, in whatever order they were written. */
function nameOf(filter: ThreadListFilter): string {
  const given = Object.entries(filter).filter(([, value]) => value !== undefined);
  return JSON.stringify(Object.fromEntries(given.sort(([one], [other]) => (one < other ? -1 : 1))));
}
