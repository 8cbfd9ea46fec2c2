import type { ChatEvent } from '@threadlog/events';
import type { UserRow } from '../rows';
import { sealedText } from './thread';

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
