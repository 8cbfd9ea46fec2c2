import type { TenantId } from '@threadlog/events';
import {
  createStatements,
  messageIndexes,
  readCheckpoint,
  type MessageRow,
  type MembershipSnapshot,
  type MessageStore,
  type ParticipantRow,
  type ReadModelSource,
  type ThreadQueries,
  type ThreadRow,
} from '@threadlog/read-models';

/**
 * Rows read between two looks at the partition's checkpoint: every event below `from` is in them, none at or above
 * `to` is, unless messages live in a store that may be ahead of the checkpoint.
 */
export interface Interval {
  from: number;
  to: number;
}

export interface ThreadSnapshot extends Interval {
  /** The root. */
  thread: ThreadRow | null;
  /** The user's membership in the root; null where there is none. */
  participant: ParticipantRow | null;
}

export interface ChangesSnapshot extends Interval {
  thread: ThreadRow | null;
  /** Memberships touched above `since`, ended ones too. */
  participants: ParticipantRow[];
  /** Messages touched above `since`, by ascending version, tombstones too; one more than the limit when there are more. */
  messages: MessageRow[];
}

export interface ConversationSnapshot extends Interval {
  thread: ThreadRow | null;
  /** Current members. */
  participants: ParticipantRow[];
  lastMessage: MessageRow | null;
}

/** Where a message stands. */
export interface MessagePlace {
  threadId: string;
  messageIndex: number;
}

/** What this service asks of the read model. */
export interface SyncReader {
  memberships(tenantId: TenantId, userId: string, limit: number): Promise<MembershipSnapshot>;
  thread(tenantId: TenantId, threadId: string, userId: string): Promise<ThreadSnapshot>;
  changes(tenantId: TenantId, threadId: string, window: { since: number; limit: number }): Promise<ChangesSnapshot>;
  conversation(tenantId: TenantId, threadId: string): Promise<ConversationSnapshot>;
  /** Where these sub-threads begin, as seqs of their roots; those that are not there are left out. */
  beginnings(tenantId: TenantId, threadIds: readonly string[]): Promise<ReadonlyMap<string, number>>;
  /** Those of these messages that are deleted; by place, for a sub-thread numbers its own. */
  deletedAmong(tenantId: TenantId, places: readonly MessagePlace[]): Promise<MessagePlace[]>;
  /** The indexes of these messages; those that are not there are left out. */
  indexesOf(tenantId: TenantId, messageIds: readonly string[]): Promise<ReadonlyMap<string, number>>;
  /** Messages of a thread that are not deleted, newest first. */
  latest(tenantId: TenantId, threadId: string, window: { visibleFrom: number; limit: number }): Promise<MessageRow[]>;
}

export interface SyncReaderDeps {
  source: ReadModelSource;
  queries: ThreadQueries;
  /** The store of the generation that is served now. */
  messages(): MessageStore;
  partitionOf(tenantId: TenantId, threadId: string): number;
}

export function createSyncReader({ source, queries, messages, partitionOf }: SyncReaderDeps): SyncReader {
  async function between<T>(tenantId: TenantId, threadId: string, read: () => Promise<T>): Promise<T & Interval> {
    const partition = partitionOf(tenantId, threadId);
    const checkpoint = () => readCheckpoint(source.database, source.generation(), partition);
    const { nextOffset: from } = await checkpoint();
    const rows = await read();
    const { nextOffset: to } = await checkpoint();
    return { ...rows, from, to };
  }

  return {
    memberships: (tenantId, userId, limit) => queries.membershipsOf(tenantId, userId, limit),
    thread: (tenantId, threadId, userId) =>
      between(tenantId, threadId, async () => {
        const [thread, participant] = await Promise.all([
          queries.threadById(tenantId, threadId),
          queries.participant(tenantId, threadId, userId),
        ]);
        return { thread, participant };
      }),
    changes: (tenantId, threadId, { since, limit }) =>
      between(tenantId, threadId, async () => {
        const [thread, participants, changed] = await Promise.all([
          queries.threadById(tenantId, threadId),
          queries.participantsOf(tenantId, [threadId], { removed: true }),
          messages().changedSince(tenantId, threadId, since, limit + 1),
        ]);
        return { thread, participants: participants.filter(({ version }) => version > since), messages: changed };
      }),
    conversation: (tenantId, threadId) =>
      between(tenantId, threadId, async () => {
        const [thread, participants, [last]] = await Promise.all([
          queries.threadById(tenantId, threadId),
          queries.participantsOf(tenantId, [threadId]),
          messages().lastOf(tenantId, [threadId]),
        ]);
        return { thread, participants, lastMessage: last ?? null };
      }),
    async beginnings(tenantId, threadIds) {
      const rows = await queries.threadsByIds(tenantId, threadIds);
      return new Map(rows.flatMap((row) => (row.root_version === null ? [] : [[row.thread_id, row.root_version]])));
    },
    async deletedAmong(tenantId, places) {
      const rows = await queries.deletedMessages(
        tenantId,
        places.map(({ threadId, messageIndex }) => ({ thread_id: threadId, message_index: messageIndex })),
      );
      return rows.map(({ thread_id, message_index }) => ({ threadId: thread_id, messageIndex: message_index }));
    },
    indexesOf: (tenantId, messageIds) => messageIndexes(createStatements(source), tenantId, messageIds),
    latest: (tenantId, threadId, window) => messages().page(tenantId, threadId, { ...window, order: 'desc' }),
  };
}
