import type { SignalData, TenantId } from '@threadlog/events';

/** Milliseconds after which an instance's word about a user counts no more; it repeats it three times as often. */
export const PRESENCE_TTL_MS = 45_000;
/** How long it is remembered when somebody was last seen. */
const REMEMBERED_MS = 3_600_000;
/** Users remembered; of those beyond, the ones that are offline are forgotten. */
const MAX_USERS = 100_000;

export type PresenceWord = SignalData<'PRESENCE'>;

export interface PresenceState {
  userId: string;
  state: 'online' | 'offline';
  /** When the user was last said to be online; null where nobody remembers. */
  lastSeenAt: string | null;
}

/** A user came online, or is no longer with any instance that lives. */
export interface PresenceChange {
  tenantId: TenantId;
  userId: string;
  state: 'online' | 'offline';
  lastSeenAt: string;
}

/** Who is online, as the instances tell: a user is, while any of them has said so and not stopped saying it. */
export interface PresenceBoard {
  /** Takes an instance's word, said at `at` (milliseconds since 1970); the change that it makes, if any. */
  hear(tenantId: TenantId, word: PresenceWord, at: number): PresenceChange | null;
  /** Forgets words that were not repeated; those who went offline by that. */
  sweep(): PresenceChange[];
  /** One answer for each user, in the order asked for. */
  of(tenantId: TenantId, userIds: readonly string[]): Promise<PresenceState[]>;
  /** Users online and their connections. */
  totals(tenantId: TenantId): Promise<{ onlineUsers: number; connections: number }>;
}

interface Entry {
  tenantId: TenantId;
  userId: string;
  online: boolean;
  lastSeenAt: string;
  heardAt: number;
  /** By instance: until when its word counts. */
  words: Map<string, { until: number; connections: number }>;
}

/** `now` is in milliseconds since 1970. All of it is synchronous; promises are for callers that may ask elsewhere. */
export function createPresenceBoard({ now = Date.now }: { now?: () => number } = {}): PresenceBoard {
  const entries = new Map<string, Entry>();
  const isOnline = ({ words }: Entry) => [...words.values()].some(({ until }) => until > now());

  function settle(entry: Entry): PresenceChange | null {
    const online = isOnline(entry);
    if (online === entry.online) return null;
    entry.online = online;
    const { tenantId, userId, lastSeenAt } = entry;
    return { tenantId, userId, state: online ? 'online' : 'offline', lastSeenAt };
  }

  return {
    hear(tenantId, word, at) {
      const key = `${tenantId}/${word.user_id}`;
      const entry = entries.get(key) ?? newEntry(tenantId, word, at);
      entries.set(key, entry);
      entry.heardAt = at;
      if (word.last_seen_at > entry.lastSeenAt) entry.lastSeenAt = word.last_seen_at;
      if (word.state === 'offline') entry.words.delete(word.instance);
      else entry.words.set(word.instance, { until: at + PRESENCE_TTL_MS, connections: word.connections ?? 1 });
      return settle(entry);
    },
    sweep() {
      const gone: PresenceChange[] = [];
      for (const [key, entry] of entries) {
        for (const [instance, { until }] of entry.words) if (until <= now()) entry.words.delete(instance);
        const change = settle(entry);
        if (change) gone.push(change);
        if (entry.online) continue;
        if (entries.size > MAX_USERS || entry.heardAt + REMEMBERED_MS < now()) entries.delete(key);
      }
      return gone;
    },
    of: (tenantId, userIds) => Promise.resolve(userIds.map((userId) => stateOf(entries, tenantId, userId))),
    totals(tenantId) {
      const online = [...entries.values()].filter((entry) => entry.tenantId === tenantId && entry.online);
      const connections = online.flatMap(({ words }) => [...words.values()].map((word) => word.connections));
      return Promise.resolve({ onlineUsers: online.length, connections: connections.reduce((a, b) => a + b, 0) });
    },
  };
}

function newEntry(tenantId: TenantId, { user_id: userId, last_seen_at: lastSeenAt }: PresenceWord, at: number): Entry {
  return { tenantId, userId, online: false, lastSeenAt, heardAt: at, words: new Map() };
}

function stateOf(entries: ReadonlyMap<string, Entry>, tenantId: TenantId, userId: string): PresenceState {
  const entry = entries.get(`${tenantId}/${userId}`);
  return { userId, state: entry?.online ? 'online' : 'offline', lastSeenAt: entry?.lastSeenAt ?? null };
}
