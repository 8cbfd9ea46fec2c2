import { closesThread, rootThreadId, type ChatEvent, type TenantId } from '@threadlog/events';
import type { PresenterView } from '@threadlog/read-models';
import type { Drafts } from '../drafts/drafts';
import { threadRoom, type RecordHead } from '../records';
import { effectOf, MEMBERSHIP_TYPES, type MembershipDeps } from '../membership';
import { lostFrame, type Delivery } from '../frames';
import type { Rooms } from '../rooms/rooms';
import { isPresented, placeIn, present, threadOf } from '../presenters';
import type { Typing } from '../signals/typing';

/** Turns events into frames and room changes. */
export interface Dispatcher {
  /** Whether the event would do anything here at this moment; asked with its headers. */
  wants(head: RecordHead): boolean;
  /**
   * The event as it goes to its room; null where nobody would get it. Changes nothing. Throws where it cannot be shown:
   * what it needs was not prepared, or is not there any more.
   */
  show(event: ChatEvent, view: PresenterView): Delivery | null;
  /**
   * Does all that the event does, in one turn. Who should have got what could not be shown is told `resync`: no frame is
   * ever left out in silence. Throws only for a fault in sending; the rooms have changed all the same.
   */
  dispatch(event: ChatEvent, shown: Delivery | null | 'lost'): void;
  /**
   * Tells the room of a record that cannot even be read `resync`. Where it takes something away from somebody, nobody knows
   * from whom: the room is closed to everybody until an operator has mended it.
   */
  lose(head: RecordHead, seq: number | null): void;
}

export interface DispatcherDeps extends MembershipDeps {
  /** Told of each message that is new in a room with an audience, after it was delivered. */
  posted: Typing['posted'];
  /** What agents are about to say, which ends with their messages. */
  drafts: Pick<Drafts, 'awaits' | 'dispatched'>;
}

export function createDispatcher(deps: DispatcherDeps): Dispatcher {
  const { rooms, connections, drafts } = deps;

  function send(event: ChatEvent, shown: Delivery | null | 'lost'): void {
    if (shown === null) return;
    const room = roomOf(event);
    if (shown === 'lost') {
      rooms.lose(room, placeIn(event));
      return;
    }
    try {
      rooms.deliver(room, shown);
    } catch (cause) {
      rooms.lose(room, shown);
      throw cause;
    }
  }

  return {
    wants(head) {
      const { tenantId, type, threadId } = head;
      if (threadId === null) return false;
      if (!connections.hasTenant(tenantId)) return drafts.awaits(head);
      if (drafts.awaits(head)) return true;
      return MEMBERSHIP_TYPES.has(type) || (isPresented(type) && rooms.hasAudience(threadRoom(tenantId, threadId)));
    },
    show(event, view) {
      const mayFill = effectOf(event)?.before !== undefined;
      return mayFill || rooms.hasAudience(roomOf(event)) ? present(event, view) : null;
    },
    dispatch(event, shown) {
      const effect = effectOf(event);
      effect?.before?.(event as never, deps);
      try {
        send(event, shown);
        if (event.event_type === 'CHAT_MESSAGE_CREATED')
          deps.posted(event.tenant_id, event.stream_id, event.data.sender_id);
        drafts.dispatched(event);
      } finally {
        effect?.after?.(event as never, deps);
      }
    },
    lose({ tenantId, threadId, type }, seq) {
      if (threadId === null) return;
      if (closesThread(type)) closeRoom(rooms, tenantId, threadId);
      else rooms.lose(threadRoom(tenantId, threadId), { threadId, seq, messageIndex: null });
    },
  };
}

function closeRoom(rooms: Rooms, tenantId: TenantId, threadId: string): void {
  const rootId = rootThreadId(threadId);
  for (const subscription of rooms.subscribers(threadRoom(tenantId, rootId))) {
    const { connection } = subscription;
    rooms.end(subscription);
    connection.resuming.delete(rootId);
    connection.wire.emit(lostFrame(rootId, 'hidden'));
  }
}

function roomOf(event: ChatEvent): string {
  return threadRoom(event.tenant_id, threadOf(event));
}
