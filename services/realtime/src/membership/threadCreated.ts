import { seenOf } from '../rooms/seen';
import type { MembershipEffect } from './define';
import { mayEnter } from './mayEnter';

/** Nothing is older than this event: its people go live at once and get it as the first frame. */
export const threadCreated: MembershipEffect<'CHAT_THREAD_CREATED'> = {
  before(event, { rooms, connections }) {
    const { tenant_id: tenantId, learner_id: learnerId } = event;
    for (const { user_id: userId, role } of event.data.participants) {
      for (const connection of connections.of(tenantId, userId)) {
        if (!mayEnter(connection, event.stream_id)) continue;
        const participant = { role, visibleFromIndex: 1, visibleFromSeq: 1 };
        const seen = seenOf(connection.actor, { tenantId, learnerId, participant });
        rooms.goLive(rooms.open(connection, event.stream_id, seen));
      }
    }
  },
};
