import { seenOf } from '../rooms/seen';
import { membershipOf } from '../sync/fold';
import type { MembershipEffect } from './define';
import { mayEnter } from './mayEnter';

export const participantAdded: MembershipEffect<'CHAT_PARTICIPANT_ADDED'> = {
  after(event, { rooms, connections, announce }) {
    const { tenant_id: tenantId, learner_id: learnerId, stream_id: threadId } = event;
    const participant = membershipOf(event);
    for (const connection of connections.of(tenantId, event.data.user_id)) {
      // What it left, it left as somebody else: who is taken in hears of it.
      connection.left.delete(threadId);
      if (!mayEnter(connection, threadId)) continue;
      connection.resuming.delete(threadId);
      const seen = seenOf(connection.actor, { tenantId, learnerId, participant });
      announce(rooms.open(connection, threadId, seen), event.stream_version);
    }
  },
};
