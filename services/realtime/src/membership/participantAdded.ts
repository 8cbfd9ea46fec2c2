import { visibleFromIndex } from '@threadlog/auth';
import type { MembershipEffect } from './define';
import { mayEnter } from './mayEnter';

export const participantAdded: MembershipEffect<'CHAT_PARTICIPANT_ADDED'> = {
  after(event, { rooms, connections, announce }) {
    const { tenant_id: tenantId, learner_id: learnerId, stream_id: threadId } = event;
    const participant = { role: event.data.role, visibleFromIndex: event.data.visible_from_index };
    for (const connection of connections.of(tenantId, event.data.user_id)) {
      if (!mayEnter(connection, threadId)) continue;
      connection.resuming.delete(threadId);
      const visibleFrom = visibleFromIndex(connection.actor, { tenantId, learnerId, participant });
      announce(rooms.open(connection, threadId, visibleFrom), event.stream_version);
    }
  },
};
