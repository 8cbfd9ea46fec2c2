import type { ChatEvent } from '@threadlog/events';
import type { PresenterView } from '@threadlog/read-models';
import { threadRoom, type RecordHead } from './log/records';
import { effectOf, MEMBERSHIP_TYPES, type MembershipDeps } from './membership';
import { isPresented, present, threadOf } from './presenters';

/** Turns events into frames and room changes. */
export interface Dispatcher {
  /** Whether the event would do anything here at this moment; asked with its headers. */
  wants(head: RecordHead): boolean;
  /** Does all that the event does, in one turn. Throws only for a faulty event; the rooms have changed all the same. */
  dispatch(event: ChatEvent, view: PresenterView): void;
}

export function createDispatcher(deps: MembershipDeps): Dispatcher {
  const { rooms, connections } = deps;
  return {
    wants({ tenantId, type, threadId }) {
      if (threadId === null || !connections.hasTenant(tenantId)) return false;
      return MEMBERSHIP_TYPES.has(type) || (isPresented(type) && rooms.hasAudience(threadRoom(tenantId, threadId)));
    },
    dispatch(event, view) {
      const effect = effectOf(event);
      effect?.before?.(event as never, deps);
      try {
        const room = threadRoom(event.tenant_id, threadOf(event));
        if (rooms.hasAudience(room)) rooms.deliver(room, present(event, view));
      } finally {
        effect?.after?.(event as never, deps);
      }
    },
  };
}
