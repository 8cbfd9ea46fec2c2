import { frame, placeOf } from '../frames';
import { follows } from '../rooms/connection';
import type { MembershipEffect } from './define';

/** Every socket of the user leaves at the event; whoever may still see the thread by other right joins it again. */
export const participantRemoved: MembershipEffect<'CHAT_PARTICIPANT_REMOVED'> = {
  after(event, { rooms, connections }) {
    const { stream_id: threadId, stream_version: seq, data } = event;
    for (const connection of connections.of(event.tenant_id, data.user_id)) {
      const subscription = connection.subscriptions.get(threadId);
      if (subscription) rooms.end(subscription);
      if (connection.state !== 'ready' || !follows(connection, threadId)) continue;
      connection.resuming.delete(threadId);
      connection.wire.emit(frame('conversation:deleted', { ...placeOf(threadId), seq, reason: data.reason }));
    }
  },
};
