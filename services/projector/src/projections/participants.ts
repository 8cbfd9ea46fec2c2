import { foldParticipant, participantsOf, participantsTable, type ParticipantRow } from '@threadlog/read-models';
import { UNTOUCHED, type Projection } from './projection';
import { threads } from './threads';

/** Who takes part in a thread, and who did. */
export const participants: Projection<ParticipantRow> = {
  table: participantsTable,
  remembered: false,
  touches(event) {
    const userIds = participantsOf(event);
    if (userIds.length === 0) return UNTOUCHED;
    const fresh = event.event_type === 'CHAT_THREAD_CREATED';
    return userIds.map((userId) => ({
      key: { tenant_id: event.tenant_id, thread_id: event.stream_id, user_id: userId },
      name: `${event.tenant_id}/${event.stream_id}/${userId}`,
      fresh,
    }));
  },
  fold: (row, event, { key, before }) =>
    foldParticipant(row, event, key.user_id as string, before(threads, `${event.tenant_id}/${event.stream_id}`)),
};
