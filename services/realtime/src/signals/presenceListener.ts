import type { PeersOf } from '@threadlog/read-models';
import type { PresenceBoard, PresenceChange } from '@threadlog/runtime';
import { frame, type Frame } from '../frames';
import type { Connections } from '../rooms/connections';
import { userRoom } from '../records';

/** Look-ups of people at the same time. */
const AT_ONCE = 4;
/** Users whose changes wait; those of others are lost. */
const MAX_WAITING = 10_000;

export interface PresenceListenerDeps {
  board: Pick<PresenceBoard, 'of'>;
  connections: Pick<Connections, 'hasTenant' | 'of'>;
  peersOf: PeersOf;
  onFault(cause: unknown): void;
}

/**
 * Tells the people a user knows that it connected or disconnected. Who they are is looked up, a few at a time; when it is
 * known, only what is still so is told, once for however many changes there were.
 */
export function createPresenceListener(deps: PresenceListenerDeps): (change: PresenceChange) => void {
  const { board, connections, peersOf, onFault } = deps;
  const waiting = new Map<string, PresenceChange>();
  let running = 0;

  async function tell({ tenantId, userId, state, lastSeenAt }: PresenceChange): Promise<void> {
    const peers = await peersOf(tenantId, userId);
    const [now] = await board.of(tenantId, [userId]);
    if (now?.state !== state) return;
    const told: Frame =
      state === 'online' ? frame('user:online', { userId }) : frame('user:offline', { userId, lastSeenAt });
    for (const peer of peers) {
      for (const { state: at, wire } of connections.of(tenantId, peer)) {
        if (at === 'ready') wire.emit(told, { volatile: true });
      }
    }
  }

  async function work(): Promise<void> {
    for (const [key, change] of waiting) {
      waiting.delete(key);
      await tell(change).catch(onFault);
    }
    running -= 1;
  }

  return (change) => {
    const key = userRoom(change.tenantId, change.userId);
    if (!connections.hasTenant(change.tenantId) || (waiting.size >= MAX_WAITING && !waiting.has(key))) return;
    waiting.set(key, change);
    if (running >= AT_ONCE) return;
    running += 1;
    void work();
  };
}
