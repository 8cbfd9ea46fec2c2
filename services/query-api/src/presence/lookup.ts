import type { PresenceLookup } from '../ports';

/** Where no realtime instance tells this process anything. */
export const nobodyTells: PresenceLookup = {
  of: (_tenantId, userIds) =>
    Promise.resolve(userIds.map((userId) => ({ userId, state: 'offline', lastSeenAt: null }))),
  totals: () => Promise.resolve({ onlineUsers: null, connections: null }),
};
