import type { Actor } from '@threadlog/auth';
import type { ThreadResource } from '@threadlog/events';
import {
  presentPreferences,
  presentThread,
  type MessageRow,
  type ParticipantView,
  type Referring,
} from '@threadlog/read-models';
import { viewFor, type QueryContext } from '../context';
import { repliesTo } from '../messages/replies';
import type { VisibleThread } from '../access/visibleThread';
import { membersOf } from './members';
import type { ThreadPartsRow } from '../access/rows';

/** Threads as resources for the actor; their last messages are read together, from wherever messages live. */
export async function presentThreads(
  context: QueryContext,
  actor: Actor,
  threads: readonly VisibleThread<ThreadPartsRow>[],
): Promise<ThreadResource[]> {
  const members = new Map(threads.map(({ row }) => [row.thread_id, membersOf(row)]));
  const last = await context.lastMessages.of(threads.map((thread) => thread.row));
  const rows = [...threads.map((thread) => thread.row), ...last.values()];
  const withSubThreads = new Set(threads.flatMap(({ row }) => (row.has_sub_threads ? [row.thread_id] : [])));
  const [view, replies] = await Promise.all([
    viewFor(context, actor, { rows, userIds: peopleIn(members, last), messages: referring(threads, last) }),
    repliesTo(
      context.statements,
      actor.tenantId,
      [...last.values()].filter((row) => withSubThreads.has(row.thread_id)),
    ),
  ]);
  return threads.map((thread) => {
    const { row } = thread;
    return presentThread(
      {
        thread: row,
        participants: members.get(row.thread_id)!,
        participantCount: row.participant_count,
        visibleFrom: thread.visibleFrom,
        hiddenDeleted: row.hidden_deleted,
        unreadCount: row.unread_count,
        preferences: preferencesOf(row),
        lastMessage: last.get(row.thread_id) ?? null,
        lastMessageReplies: replies.get(last.get(row.thread_id)?.message_id ?? ''),
      },
      view,
    );
  });
}

function preferencesOf({ muted_until, pinned, hidden, marked_unread }: ThreadPartsRow): ThreadResource['preferences'] {
  return presentPreferences({
    muted_until,
    pinned: pinned ?? false,
    hidden: hidden ?? false,
    marked_unread: marked_unread ?? false,
  });
}

function referring(
  threads: readonly VisibleThread<ThreadPartsRow>[],
  last: ReadonlyMap<string, MessageRow>,
): Referring[] {
  return threads.flatMap(({ row: { thread_id }, visibleFrom }) => {
    const row = last.get(thread_id);
    return row ? [{ row, visibleFrom }] : [];
  });
}

function* peopleIn(
  members: ReadonlyMap<string, readonly ParticipantView[]>,
  last: ReadonlyMap<string, MessageRow>,
): Iterable<string> {
  for (const shown of members.values()) for (const { user_id } of shown) yield user_id;
  for (const row of last.values()) yield row.sender_id;
}
