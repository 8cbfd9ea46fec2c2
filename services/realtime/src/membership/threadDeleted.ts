import { rootThreadId } from '@threadlog/events';
import { threadRoom } from '../log/records';
import type { MembershipEffect } from './define';

/** The room closes after its last frame. A deleted sub-thread leaves its root's room open. */
export const threadDeleted: MembershipEffect<'CHAT_THREAD_DELETED'> = {
  after(event, { rooms }) {
    if (rootThreadId(event.stream_id) !== event.stream_id) return;
    rooms.subscribers(threadRoom(event.tenant_id, event.stream_id)).forEach(rooms.end);
  },
};
