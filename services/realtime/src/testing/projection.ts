import type { Membership } from '@threadlog/read-models';
import { foldRows, type FoldedRows } from '@threadlog/testing';
import type { MessagePlace, SyncReader } from '../sync/reader';
import type { World } from './world';

/** A read model that lags behind the log as far as it is told to. */
export interface Projection {
  reader: SyncReader;
  /** Offsets applied, by partition. */
  applied: number[];
  /** Offsets up to which messages are applied: they may be ahead, as in a store of their own. */
  messagesApplied: number[];
  /** Called between the statements of every read. */
  pause: () => Promise<void>;
}

/** Rows are folded from the world's events on every read: slow, and right by construction. */
export function createProjection(world: World, pause: () => Promise<void> = () => Promise.resolve()): Projection {
  const zeros = () => world.heads().map(() => 0);
  const state: Omit<Projection, 'reader'> = { applied: zeros(), messagesApplied: zeros(), pause };

  const rowsOf = (threadId: string, offsets: readonly number[]) => {
    const end = offsets[world.partitionOf(threadId)]!;
    return foldRows(world.of(threadId).flatMap(({ event, offset }) => (offset < end ? [event] : [])));
  };
  const everything = () => world.threads().map((threadId) => rowsOf(threadId, state.messagesApplied));
  const threadOf = (threadId: string) => rowsOf(threadId, state.applied).threads[0] ?? null;

  async function between<T>(threadId: string, read: () => T): Promise<T & { from: number; to: number }> {
    const partition = world.partitionOf(threadId);
    await state.pause();
    const from = state.applied[partition]!;
    await state.pause();
    const rows = read();
    await state.pause();
    return { ...rows, from, to: state.applied[partition]! };
  }

  const reader: SyncReader = {
    memberships: async (_tenant, userId, limit) => {
      await state.pause();
      const memberships = world.threads().flatMap((threadId) => membershipIn(rowsOf(threadId, state.applied), userId));
      const snapshot = { memberships: memberships.slice(0, limit), checkpoints: new Map(state.applied.entries()) };
      await state.pause();
      return snapshot;
    },
    thread: (_tenant, threadId, userId) =>
      between(threadId, () => ({
        thread: threadOf(threadId),
        participant: memberIn(rowsOf(threadId, state.applied), userId),
      })),
    changes: (_tenant, threadId, { since, limit }) =>
      between(threadId, () => ({
        thread: threadOf(threadId),
        participants: rowsOf(threadId, state.applied).participants.filter(({ version }) => version > since),
        messages: rowsOf(threadId, state.messagesApplied)
          .messages.filter(({ version }) => version > since)
          .sort((a, b) => a.version - b.version)
          .slice(0, limit + 1),
      })),
    conversation: (_tenant, threadId) =>
      between(threadId, () => ({
        thread: threadOf(threadId),
        participants: rowsOf(threadId, state.applied).participants.filter((row) => row.removed_at === null),
        lastMessage:
          rowsOf(threadId, state.messagesApplied).messages.findLast((row) => row.deleted_at === null) ?? null,
      })),
    beginnings: (_tenant, threadIds) =>
      state.pause().then(() => new Map(threadIds.map((id) => [id, threadOf(id)?.root_version ?? 0]))),
    indexesOf: (_tenant, messageIds) => state.pause().then(() => indexesIn(everything(), messageIds)),
    deletedAmong: (_tenant, places) =>
      state.pause().then(() => places.filter((at) => isDeleted(rowsOf(at.threadId, state.messagesApplied), at))),
    latest: (_tenant, threadId, { limit }) =>
      state.pause().then(() => newest(rowsOf(threadId, state.messagesApplied), limit)),
  };
  return Object.assign(state, { reader });
}

function memberIn({ participants }: FoldedRows, userId: string): FoldedRows['participants'][number] | null {
  return participants.find((row) => row.user_id === userId && row.removed_at === null) ?? null;
}

function indexesIn(all: readonly FoldedRows[], messageIds: readonly string[]): Map<string, number> {
  const found = all.flatMap(({ messages }) => messages.filter(({ message_id }) => messageIds.includes(message_id)));
  return new Map(found.map(({ message_id, message_index }) => [message_id, message_index]));
}

function newest({ messages }: FoldedRows, limit: number): FoldedRows['messages'] {
  return messages
    .filter((row) => row.deleted_at === null)
    .reverse()
    .slice(0, limit);
}

function isDeleted({ messages }: FoldedRows, { messageIndex }: MessagePlace): boolean {
  return messages.some((row) => row.message_index === messageIndex && row.deleted_at !== null);
}

function membershipIn({ threads, participants }: FoldedRows, userId: string): Membership[] {
  const own = participants.find((row) => row.user_id === userId && row.removed_at === null);
  const [thread] = threads;
  if (!own || !thread || thread.deleted_at !== null) return [];
  const { thread_id, role, visible_from_index, visible_from_version } = own;
  const shown = { thread_id, role, visible_from_index, visible_from_version };
  return [{ ...shown, learner_id: null, thread_version: thread.version }];
}
