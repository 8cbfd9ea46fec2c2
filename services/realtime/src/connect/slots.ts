import type { Actor } from '@threadlog/auth';
import { createBucket, type Bucket } from '../commands/bucket';
import type { RealtimeLimits } from '../limits';
import { userRoom } from '../records';

/** A socket's or stream's place among those of its user. */
export interface Slot {
  /** Signs of typing, of all sockets of the user together: more sockets must not mean more signs. */
  typing: Bucket;
  /** Gives the place back; again changes nothing. */
  leave(): void;
}

/** The sockets and streams of each user on this instance, from a proven token to the end of its connection. */
export interface Slots {
  /** Undefined where the user has as many as it may. */
  take(actor: Actor): Slot | undefined;
}

export type SlotLimits = Pick<RealtimeLimits, 'socketsPerUser' | 'typingPerSecond' | 'typingBurst'>;

export function createSlots(limits: SlotLimits, now: () => number = () => performance.now()): Slots {
  const users = new Map<string, { taken: number; typing: Bucket }>();

  function bucket(): Bucket {
    return createBucket({ perSecond: limits.typingPerSecond, burst: limits.typingBurst, now });
  }

  return {
    take({ tenantId, id }) {
      const key = userRoom(tenantId, id);
      const user = users.get(key) ?? { taken: 0, typing: bucket() };
      if (user.taken >= limits.socketsPerUser) return undefined;
      users.set(key, user);
      user.taken += 1;
      let left = false;
      return {
        typing: user.typing,
        leave() {
          if (left) return;
          left = true;
          user.taken -= 1;
          if (user.taken === 0) users.delete(key);
        },
      };
    },
  };
}
