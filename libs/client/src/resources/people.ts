import type { Message, Participant, ParticipantRole } from '../generated/wire.ts';
import type { Pages } from '../http/pages.ts';
import { path } from '../http/paths.ts';
import type { CallOptions, WriteOptions } from '../http/request.ts';
import type { Verbs } from './verbs.ts';

export interface NewParticipant {
  userId: string;
  role?: ParticipantRole;
  /** Whether earlier messages are seen, too; `all` where nothing is said. */
  history?: 'all' | 'from_join';
}

export interface Presence {
  userId: string;
  state: 'online' | 'offline';
  /** Null where nobody remembers. */
  lastSeenAt: string | null;
}

/** `/threads/{id}/participants`. */
export function participantsOf({ post, patch, del, list }: Verbs) {
  return {
    list: (threadId: string, query: { limit?: number } & CallOptions = {}): Pages<Participant> =>
      list(path`/threads/${threadId}/participants`, query),
    add: (threadId: string, participant: NewParticipant, options: WriteOptions = {}): Promise<Participant> =>
      post(path`/threads/${threadId}/participants`, options, participant),
    setRole: (
      threadId: string,
      userId: string,
      role: ParticipantRole,
      options: WriteOptions = {},
    ): Promise<Participant> => patch(path`/threads/${threadId}/participants/${userId}`, options, { role }),
    /** Somebody else, or oneself: then one leaves. */
    remove: (threadId: string, userId: string, options: WriteOptions = {}): Promise<void> =>
      del(path`/threads/${threadId}/participants/${userId}`, options),
  };
}

const reaction = (threadId: string, messageId: string, emoji: string) =>
  path`/threads/${threadId}/messages/${messageId}/reactions/${emoji}`;

/** `/threads/{id}/messages/{id}/reactions`. */
export function reactionsOf({ put, del }: Verbs) {
  return {
    add: (threadId: string, messageId: string, emoji: string, options: WriteOptions = {}): Promise<Message> =>
      put(reaction(threadId, messageId, emoji), options),
    remove: (threadId: string, messageId: string, emoji: string, options: WriteOptions = {}): Promise<void> =>
      del(reaction(threadId, messageId, emoji), options),
  };
}

/** `/presence`. */
export function presenceOf({ all }: Verbs) {
  return {
    /** Those of these that share a thread with the caller; 100 at most. */
    async of(userIds: readonly string[], options: CallOptions = {}): Promise<Presence[]> {
      if (userIds.length === 0) return [];
      const query = { userIds: [...new Set(userIds)] };
      return all('/presence', { ...options, query });
    },
  };
}
