import type { TenantId } from '@threadlog/events';

export interface Presence {
  userId: string;
  state: 'online' | 'offline';
  /** When the user was last seen online; null where nobody remembers. */
  lastSeenAt: string | null;
}

/** Who is online, as far as the realtime instances tell. */
export interface PresenceLookup {
  /** One answer for each user, in the order asked for. */
  of(tenantId: TenantId, userIds: readonly string[]): Promise<Presence[]>;
  /** Users online and their connections; null where nobody tells. */
  totals(tenantId: TenantId): Promise<{ onlineUsers: number | null; connections: number | null }>;
}

/** Where no realtime instance tells this process anything. */
export const nobodyTells: PresenceLookup = {
  of: (_tenantId, userIds) =>
    Promise.resolve(userIds.map((userId) => ({ userId, state: 'offline', lastSeenAt: null }))),
  totals: () => Promise.resolve({ onlineUsers: null, connections: null }),
};
