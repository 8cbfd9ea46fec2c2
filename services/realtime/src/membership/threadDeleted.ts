import { rootThreadId } from '@threadlog/events';
import { frame, placeOf } from '../frames';
import { threadRoom } from '../records';
import type { MembershipEffect } from './define';

/**
 * The room closes after its last frame, which those who are not live in it are told by themselves. A deleted sub-thread
 * leaves its root's room open.
 */
export const threadDeleted: MembershipEffect<'CHAT_THREAD_DELETED'> = {
  after(event, { rooms }) {
    const { stream_id: threadId, stream_version: seq, data } = event;
    if (rootThreadId(threadId) !== threadId) return;
    for (const subscription of rooms.subscribers(threadRoom(event.tenant_id, threadId))) {
      const { state, connection } = subscription;
      rooms.end(subscription);
      if (state === 'live') continue;
      connection.wire.emit(frame('conversation:deleted', { ...placeOf(threadId), seq, reason: data.reason }));
    }
  },
};
