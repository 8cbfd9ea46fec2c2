import type { EventOf, TenantId } from '@threadlog/events';
import type { ThreadsOf } from '@threadlog/read-models';
import type { Drafts } from '../drafts/drafts';
import { frame } from '../frames';
import { threadRoom } from '../records';
import type { Connection } from '../rooms/connection';
import type { Connections } from '../rooms/connections';
import type { Rooms } from '../rooms/rooms';
import type { Views } from '../views';

export type SubjectErased = EventOf<'CHAT_PRIVACY_SUBJECT_ERASED'>;

export interface ErasureListenerDeps {
  views: Pick<Views, 'forgetKeys' | 'forgetProfile'>;
  connections: Pick<Connections, 'hasTenant' | 'of'>;
  rooms: Pick<Rooms, 'subscribers' | 'dropHeld'>;
  drafts: Pick<Drafts, 'erased'>;
  /** Threads that a person takes part in or that are about it. */
  threadsOf: ThreadsOf;
  onFault(cause: unknown): void;
}

/**
 * What an erasure does here. In the event's own turn the keys and the profile go: nothing of the person is opened after
 * it, whatever is buffered. Then everybody in a room of the person is told once. What it wrote is told, message by
 * message, by the events that delete it.
 */
export function createErasureListener(deps: ErasureListenerDeps): (event: SubjectErased) => void {
  const { views, connections, rooms, drafts, threadsOf, onFault } = deps;

  async function tell(tenantId: TenantId, userId: string): Promise<void> {
    const hearers = new Set<Connection>(connections.of(tenantId, userId));
    for (const threadId of await threadsOf(tenantId, userId))
      for (const { connection } of rooms.subscribers(threadRoom(tenantId, threadId))) hearers.add(connection);
    for (const { state, wire } of hearers) if (state === 'ready') wire.emit(frame('user:erased', { userId }));
  }

  return ({ tenant_id: tenantId, data: { keys, subject } }) => {
    const keyIds = keys.map(({ key_id }) => key_id);
    views.forgetKeys(tenantId, keyIds);
    drafts.erased(tenantId, keyIds);
    // What waits to be sent was opened before.
    rooms.dropHeld(tenantId);
    if (subject.kind === 'tenant') return;
    views.forgetProfile(tenantId, subject.id);
    if (connections.hasTenant(tenantId)) void tell(tenantId, subject.id).catch(onFault);
  };
}
