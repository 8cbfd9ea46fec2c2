import type { ClientMetrics } from '../http/metrics.ts';
import type { Tokens } from '../http/tokens.ts';
import { createConnection, type Connection } from './connection.ts';
import type { Core, LiveRoutes } from './core.ts';
import type { ConnectionState } from './link.ts';
import type { OpenOutbox, Outbox, OutboxState } from './outbox.ts';
import { createPresence, type PresenceView } from './presence.ts';
import { createRegistry, type Registry } from './registry.ts';
import { createRooms } from './rooms.ts';
import { createStore, type Store } from './store.ts';
import { createThreadList, type ThreadListFilter, type ThreadListView } from './threadList.ts';
import { createThreadView, type OwnThreadView, type ThreadView } from './threadView.ts';
import { createUnread, type UnreadView } from './unread.ts';

export interface LiveDeps {
  /** Of the API. */
  url: string;
  /** Of Socket.io. */
  realtimeUrl: string;
  tokens: Tokens;
  routes: LiveRoutes;
  outbox?: Outbox;
  metrics: ClientMetrics;
  report(error: unknown): void;
  log(message: string, fields: Record<string, unknown>): void;
}

/** What waits to be sent, beyond this page: whether it is kept, and how to erase it. */
export interface OutgoingView extends Store<OutboxState> {
  /** For sign-out: gives up what waits and what failed in this page, and erases what is kept of this user. */
  clear(): Promise<void>;
}

/** All live views of a client, over one connection. */
export function createLive(deps: LiveDeps) {
  let held = false;
  const outbox = openOutbox(deps, (message) => threads.get(message.threadId).restore(message));
  const connection = createConnection({ ...deps, url: deps.realtimeUrl, used: () => outbox?.adopt() });
  const core = coreOf(deps, connection, outbox, () => held);
  const threads = createRegistry<OwnThreadView>(
    (id) => createThreadView(core, id),
    (view) => view.idle,
  );
  const hold = (is: boolean) => {
    held = is;
    for (const view of threads.all()) view.wake();
  };
  const state: Store<ConnectionState> = { subscribe: connection.subscribe, getSnapshot: connection.getSnapshot };
  return {
    connection,
    state,
    views: viewsOf(core, threads),
    outgoing: outgoingOf(outbox, threads, deps),
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
      outbox?.release();
      connection.close();
    },
  };
}

function openOutbox({ outbox, url, tokens }: LiveDeps, restore: Parameters<Outbox['open']>[0]['restore']) {
  return outbox?.open({ server: url, restore, token: () => tokens.current() });
}

function coreOf(
  { routes, report }: LiveDeps,
  connection: Connection,
  outbox: OpenOutbox | undefined,
  sendingHeld: () => boolean,
): Core {
  return {
    ...routes,
    ...{ connection, rooms: createRooms(connection), report, sendingHeld, outbox },
  };
}

function viewsOf(core: Core, threads: Registry<ThreadView>) {
  const lists = createRegistry<ThreadListView>(
    (name) => createThreadList(core, JSON.parse(name) as ThreadListFilter),
    (view) => view.idle,
  );
  const present = createRegistry<PresenceView>(
    (name) => createPresence(core, JSON.parse(name) as string[]),
    (view) => view.idle,
  );
  let unread: UnreadView | null = null;
  return {
    /** A thread that stays as the server has it, while it is listened to. The same view for everybody who asks. */
    thread: (threadId: string): ThreadView => threads.get(threadId),
    threadList: (filter: ThreadListFilter = {}): ThreadListView => lists.get(nameOf(filter)),
    unread: (): UnreadView => (unread ??= createUnread(core)),
    /** Who of these is online. */
    presenceOf: (userIds: readonly string[]): PresenceView => present.get(JSON.stringify([...new Set(userIds)].sort())),
  };
}

const NONE: OutboxState = { status: 'none', reason: null };

function outgoingOf(
  outbox: OpenOutbox | undefined,
  threads: Registry<OwnThreadView>,
  { report }: LiveDeps,
): OutgoingView {
  const { subscribe, getSnapshot } = outbox ?? createStore({ build: () => NONE, report });
  return {
    ...{ subscribe, getSnapshot },
    async clear() {
      for (const view of threads.all()) view.clear();
      await outbox?.clear();
    },
  };
}

/** Equal filters have one name, in whatever order they were written. */
function nameOf(filter: ThreadListFilter): string {
  const given = Object.entries(filter).filter(([, value]) => value !== undefined);
  return JSON.stringify(Object.fromEntries(given.sort(([one], [other]) => (one < other ? -1 : 1))));
}
