import type { Actor } from '@threadlog/auth';
import type { StreamRef } from '@threadlog/events';
import {
  hiddenReplies,
  sealedBlobsOf,
  type LastMessages,
  type MessageStore,
  type PresenterView,
  type Profiles,
  type Referring,
  type Statements,
} from '@threadlog/read-models';
import type { Opener } from '@threadlog/sealing';
import type { BusyViewers, PresenceLookup, Search } from './ports';

/** What the routes of the query API work with. */
export interface QueryContext {
  statements: Statements;
  /** The messages of the generation that is served now. */
  messages(): MessageStore;
  opener: Opener;
  profiles: Profiles;
  lastMessages: LastMessages;
  busyViewers: BusyViewers;
  search: Search<QueryContext>;
  /** Waits until the read model has folded the write that a consistency token names; throws a problem otherwise. */
  waitFor(token: string): Promise<void>;
  /**
   * Throws `unavailable` where a write that a token names, or came before it, waits for an operator: that of the token
   * itself, and all of the thread since one of its events could not be projected.
   */
  requireWhole(token: string, thread: StreamRef | null): Promise<void>;
  /**
   * Waits for the actor's own last writes, as far as this process took them, and a moment at most: for clients that
   * cannot carry a consistency token. Never throws.
   */
  ownWrites(actor: Actor): Promise<void>;
  /** Days that messages are kept where a tenant says nothing; null: for ever. */
  retentionDays: number | null;
  /** Makes a link to the file of an export, for an actor who may download it until `until`. */
  downloadLink(actor: Actor, requestId: string, until: string): Promise<{ url: string; expiresAt: string }>;
  /** Who is online, as far as anybody tells this process. */
  presence: PresenceLookup;
}

/** What an answer shows: rows with sealed columns, and the people in them. */
export interface Shown {
  rows: Parameters<typeof sealedBlobsOf>[0];
  userIds: Iterable<string>;
  /** The messages among them, each with where its viewer sees its thread from. */
  messages: readonly Referring[];
}

/** Loads what presenting needs, keys and profiles, at once; both are mostly in memory. What is replied to is looked up for late viewers only. */
export async function viewFor(
  context: QueryContext,
  actor: Actor,
  { rows, userIds, messages }: Shown,
): Promise<PresenterView> {
  const { opener, profiles } = context;
  const [profile, hidden] = await Promise.all([
    profiles.of(actor.tenantId, userIds),
    hiddenReplies(context.statements, actor.tenantId, messages),
    opener.prepare(actor.tenantId, sealedBlobsOf(rows)),
  ]);
  return { opener, profile, viewerId: actor.id, hidden };
}
