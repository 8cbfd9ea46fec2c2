import type { ChatEvent, TenantId } from '@threadlog/events';
import type { Ring } from '../log/ring';

/** How one stream of a thread catches up. */
export type Plan =
  /** Nothing, or these events, were missed; `version` is where that leads. */
  | { kind: 'events'; version: number; events: ChatEvent[] }
  /** The read model must say what was missed. */
  | { kind: 'rows'; version: number | null }
  /** The client has more than was dispatched here: it read it, or was connected to an instance that is ahead. */
  | { kind: 'ahead' }
  /** It cannot be proven, or it would be too much. */
  | { kind: 'resync'; version: number };

export interface PlanInput {
  tenantId: TenantId;
  threadId: string;
  userId: string;
  /** Last seq the client has. */
  since: number;
  /** Seq of the stream where the ring has no event of it; null when that is not known. */
  known: number | null;
  /** Most events to send. */
  most: number;
}

/** Decides from the ring alone, in the turn in which the socket begins to sync. */
export function planCatchUp(ring: Ring, { tenantId, threadId, userId, since, known, most }: PlanInput): Plan {
  const version = ring.lastSeq(tenantId, threadId) ?? known;
  if (version === null) return { kind: 'rows', version };
  if (since > version) return { kind: 'ahead' };
  if (version - since > most) return { kind: 'resync', version };
  if (since === version) return { kind: 'events', version, events: [] };
  const events = ring.after(tenantId, threadId, since);
  if (!events)
    return ring.hasUnreadable(tenantId, threadId, since) ? { kind: 'resync', version } : { kind: 'rows', version };
  return events.some(isOwnEntry(userId)) ? { kind: 'resync', version } : { kind: 'events', version, events };
}

/** Who was taken in again may see another part of the history than before: what it has is not a base to go on from. */
function isOwnEntry(userId: string): (event: ChatEvent) => boolean {
  return (event) => event.event_type === 'CHAT_PARTICIPANT_ADDED' && event.data.user_id === userId;
}
