import type { Message, Participant, ParticipantRole } from '../generated/wire.ts';
import type { Pages } from '../http/pages.ts';
import { path } from '../http/paths.ts';
import type { CallOptions, Http, WriteOptions } from '../http/request.ts';
import { listOf } from './paging.ts';

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
export function participantsOf(http: Http) {
  return {
    list: (threadId: string, { signal, ...query }: { limit?: number } & CallOptions = {}): Pages<Participant> =>
      listOf(http, {
        path: path`/threads/${threadId}/participants`,
        query,
        field: 'items',
        cursor: 'cursor',
        threadId,
        signal,
      }),
    add: (threadId: string, participant: NewParticipant, options: WriteOptions = {}): Promise<Participant> =>
      http.request({
        ...options,
        method: 'POST',
        path: path`/threads/${threadId}/participants`,
        body: participant,
        threadId,
      }),
    setRole: (
      threadId: string,
      userId: string,
      role: ParticipantRole,
      options: WriteOptions = {},
    ): Promise<Participant> =>
      http.request({
        ...options,
        method: 'PATCH',
        path: path`/threads/${threadId}/participants/${userId}`,
        body: { role },
        threadId,
      }),
    /** Somebody else, or oneself: then one leaves. */
    remove: (threadId: string, userId: string, options: WriteOptions = {}): Promise<void> =>
      http.request({ ...options, method: 'DELETE', path: path`/threads/${threadId}/participants/${userId}`, threadId }),
  };
}

const reaction = (threadId: string, messageId: string, emoji: string) =>
  path`/threads/${threadId}/messages/${messageId}/reactions/${emoji}`;

/** `/threads/{id}/messages/{id}/reactions`. */
export function reactionsOf(http: Http) {
  return {
    add: (threadId: string, messageId: string, emoji: string, options: WriteOptions = {}): Promise<Message> =>
      http.request({ ...options, method: 'PUT', path: reaction(threadId, messageId, emoji), threadId }),
    remove: (threadId: string, messageId: string, emoji: string, options: WriteOptions = {}): Promise<void> =>
      http.request({ ...options, method: 'DELETE', path: reaction(threadId, messageId, emoji), threadId }),
  };
}

/** `/presence`. */
export function presenceOf(http: Http) {
  return {
    /** Those of these that share a thread with the caller; 100 at most. */
    async of(userIds: readonly string[], options: CallOptions = {}): Promise<Presence[]> {
      if (userIds.length === 0) return [];
      const query = { userIds: [...new Set(userIds)] };
      return (await http.request<{ items: Presence[] }>({ ...options, method: 'GET', path: '/presence', query })).items;
    },
  };
}
