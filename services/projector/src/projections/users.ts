import { foldUser, usersTable, type UserRow } from '@threadlog/read-models';
import { UNTOUCHED, type Projection } from './projection';

/** Profiles, sealed. Reads and preferences travel in the same stream and leave the profile alone. */
export const users: Projection<UserRow> = {
  table: usersTable,
  remembered: false,
  touches: (event) =>
    event.event_type === 'CHAT_USER_SYNCED' || event.event_type === 'CHAT_USER_REMOVED'
      ? [
          {
            key: { tenant_id: event.tenant_id, user_id: event.stream_id },
            name: `${event.tenant_id}/${event.stream_id}`,
            fresh: event.stream_version === 1,
          },
        ]
      : UNTOUCHED,
  fold: foldUser,
};
