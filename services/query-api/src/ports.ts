import type { Actor } from '@threadlog/auth';
import type { MessageResource, TenantId } from '@threadlog/events';
import type { TextRange } from '@threadlog/read-models';

/** Place of a text in the order of time: when it was written, and in which thread. Unique within a tenant. */
export interface TimePlace {
  at: string;
  threadId: string;
}

/**
 * Where a search goes on. Matches are taken in windows of time, newest first, and ranked inside a window: `in` stands
 * inside one, behind a match of this score and place; `below` before the next. What is written meanwhile is newer than
 * every window, so it moves nothing.
 */
export type SearchCursor =
  | { kind: 'in'; upper: TimePlace; lower: TimePlace; score: number; last: TimePlace }
  | { kind: 'below'; lower: TimePlace };

export interface SearchRequest {
  q: string;
  learnerId?: string | undefined;
  threadId?: string | undefined;
  cursor: SearchCursor | null;
  limit: number;
}

export interface SearchItem {
  threadId: string;
  /** The message that matches; null where it is the thread's title. */
  message: MessageResource | null;
  /** The title that matches; null where it is a message. */
  title: string | null;
  /** Where the words stand in the message's content or the title. */
  highlights: TextRange[];
}

export interface SearchPage {
  items: SearchItem[];
  hasMore: boolean;
  nextCursor: string | null;
}

/** Finds in a context, for an actor, what it may see. */
export type Search<Context> = (context: Context, actor: Actor, request: SearchRequest) => Promise<SearchPage>;

export interface Presence {
  userId: string;
  state: 'online' | 'offline';
  /** When the user was last seen online; null where nobody remembers. */
  lastSeenAt: string | null;
}

/** Who is online, as far as the realtime instances tell. */
export interface PresenceLookup {
  /** One answer for each user, in the order asked for. */
  of(tenantId: TenantId, userIds: readonly string[]): Promise<Presence[]>;
  /** Users online and their connections; null where nobody tells. */
  totals(tenantId: TenantId): Promise<{ onlineUsers: number | null; connections: number | null }>;
}

/** For whom a look at the most recent threads is likely to fill a page: a guess, which costs time where it is wrong. */
export interface BusyViewers {
  has(actor: Actor): boolean;
  /** What a list has shown of it. */
  learn(actor: Actor, filled: boolean): void;
}
