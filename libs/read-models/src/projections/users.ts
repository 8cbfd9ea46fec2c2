import type { ChatEvent, TenantId } from '@threadlog/events';
import { integer, nullable, text } from '../tables/columns';
import { defineTable, type RowOf } from '../tables/table';
import { sealedText, UNTOUCHED, type Projection } from './projection';

/** Profiles of users; every personal column is sealed. */
export const usersTable = defineTable({
  name: 'users',
  columns: {
    tenant_id: text<TenantId>(),
    user_id: text(),
    display_name: nullable(text()),
    avatar_url: nullable(text()),
    email: nullable(text()),
    metadata: nullable(text()),
    synced_at: text(),
    removed_at: nullable(text()),
    version: integer(),
  },
  key: ['tenant_id', 'user_id'],
  guard: 'version',
});

export type UserRow = RowOf<typeof usersTable>;

/** Reads and preferences travel in the same stream and leave the profile alone. */
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

/** A profile after an event of the user's stream. Reads and preferences share that stream and move the version only. */
export function foldUser(row: UserRow | null, event: ChatEvent): UserRow | null {
  if (event.stream_type !== 'user' || (row && event.stream_version <= row.version)) return row;
  switch (event.event_type) {
    case 'CHAT_USER_SYNCED':
      return {
        tenant_id: event.tenant_id,
        user_id: event.data.user_id,
        display_name: sealedText(event.data.display_name),
        avatar_url: sealedText(event.data.avatar_url),
        email: sealedText(event.data.email),
        metadata: sealedText(event.data.metadata),
        synced_at: event.timestamp,
        removed_at: null,
        version: event.stream_version,
      };
    case 'CHAT_USER_REMOVED':
      return row && { ...row, ...userRemoved(event), version: event.stream_version };
    default:
      return row && { ...row, version: event.stream_version };
  }
}

/** What a removal leaves of a profile. */
export function userRemoved({ timestamp }: Pick<ChatEvent, 'timestamp'>) {
  return { ...NO_TEXT, removed_at: timestamp } as const satisfies Partial<UserRow>;
}

const NO_TEXT = { display_name: null, avatar_url: null, email: null, metadata: null } as const;
