import type { Presence } from '../resources/people.ts';
import type { Core } from './core.ts';
import type { Frame } from './frames.ts';
import { createRefetch } from './refetch.ts';
import { createStore, type Store } from './store.ts';

/** By user; who shares no thread with the reader is not there. */
export type PresenceSnapshot = ReadonlyMap<string, Presence>;
export interface PresenceView extends Store<PresenceSnapshot> {
  /** Whether nobody listens. */
  readonly idle: boolean;
}

const NOBODY_PRESENT: PresenceSnapshot = new Map();

/** Frames may be lost where a socket cannot take them at once: so often the state is asked for. */
const REFRESH_MS = 60_000;
const MOST_USERS = 100;

/** Who of these is online, while anybody listens. */
export function createPresence(core: Core, userIds: readonly string[]): PresenceView {
  const wanted = [...new Set(userIds)].slice(0, MOST_USERS);
  let snapshot = NOBODY_PRESENT;
  let release: (() => void) | null = null;
  let timer: ReturnType<typeof setInterval> | undefined;
  const become = (next: PresenceSnapshot) => {
    snapshot = next;
    store.changed();
  };
  const refetch = createRefetch({
    async fetch(signal) {
      const items = await core.presence.of(wanted, { signal });
      if (!signal.aborted) become(new Map(items.map((item) => [item.userId, item])));
    },
    failed: () => undefined,
    delayMs: 100,
  });
  const frame = ({ name, payload }: Frame) => {
    if (name !== 'user:online' && name !== 'user:offline') return;
    if (!wanted.includes(payload.userId)) return;
    const lastSeenAt = 'lastSeenAt' in payload ? payload.lastSeenAt : null;
    const state = name === 'user:online' ? 'online' : 'offline';
    become(new Map(snapshot).set(payload.userId, { userId: payload.userId, state, lastSeenAt }));
  };
  const store = createStore<PresenceSnapshot>({
    build: () => snapshot,
    onActive() {
      release = core.connection.retain({ up: () => refetch.now(), down: () => undefined, frame });
      timer = setInterval(() => refetch.soon(), REFRESH_MS);
      refetch.now();
    },
    onIdle() {
      release?.();
      clearInterval(timer);
      refetch.stop();
    },
    report: core.report,
  });
  return {
    subscribe: store.subscribe,
    getSnapshot: store.getSnapshot,
    get idle() {
      return !store.active;
    },
  };
}
