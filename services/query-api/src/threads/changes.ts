import type { Actor } from '@threadlog/auth';
import { rootThreadId, type MessageResource, type ParticipantResource, type ThreadResource } from '@threadlog/events';
import { presentParticipant } from '@threadlog/read-models';
import { viewFor, type QueryContext } from '../context';
import { presentMessages } from '../messages/page';
import { resolveThreadParts, type VisibleThread } from '../access/visibleThread';
import { participantsChangedSince } from './participants';
import { receiptsOf, type Receipt } from './receipts';
import { presentThreads } from './present';
import type { ThreadPartsRow } from '../access/rows';

/** Changed messages handed out at most; a client that missed more is better served with fresh pages. */
const CHANGES_LIMIT = 500;

export interface ThreadChanges {
  /** The seq that these changes lead to. */
  seq: number;
  /** Messages created, changed or deleted (as tombstones) above `since`, by ascending seq. */
  messages: MessageResource[];
  /** There when title, metadata or status changed. */
  thread?: ThreadResource;
  /** All current members, there when any membership changed. */
  participants?: ParticipantResource[];
  /** How far each member has read; none with `resync`. */
  receipts: Receipt[];
  /** True when it cannot be said what changed: forget what you hold and read the thread again. */
  resync: boolean;
}

/**
 * What changed in a thread above `since`. The thread is read first and gives `seq`, so whatever is read after it is at
 * least as new: a change may come again with the next call, none can be missed.
 */
export async function threadChanges(
  context: QueryContext,
  actor: Actor,
  { threadId, since }: { threadId: string; since: number },
): Promise<ThreadChanges> {
  const thread = await resolveThreadParts(context.statements, actor, threadId);
  const seq = thread.row.version;
  if (!comparable(thread, since)) return resync(seq);
  const { visibleFrom } = thread;
  const place = { tenantId: actor.tenantId, threadId, rootId: rootThreadId(threadId), visibleFrom };
  // Reading does not move a thread's seq: receipts come whole, and even where nothing else changed.
  if (since === seq) {
    return { seq, messages: [], receipts: await receiptsOf(context.statements, place), resync: false };
  }
  const changed = await context.messages().changedSince(actor.tenantId, threadId, since, CHANGES_LIMIT + 1);
  if (changed.length > CHANGES_LIMIT) return resync(seq);
  const [messages, settings, participants, receipts] = await Promise.all([
    presentMessages(
      context,
      actor,
      changed.filter((row) => row.message_index >= visibleFrom),
      thread,
    ),
    thread.row.settings_version > since ? presentThreads(context, actor, [thread]) : [],
    changedParticipants(context, actor, { threadId, since, visibleFrom }),
    receiptsOf(context.statements, place),
  ]);
  return {
    seq,
    messages,
    ...(settings[0] && { thread: settings[0] }),
    ...(participants && { participants }),
    receipts,
    resync: false,
  };
}

/**
 * Not from a version that the thread has not reached (another log, or a read model behind the client's), and not
 * across a change of the actor's own membership, which may have moved where its view of the thread begins.
 */
function comparable({ row, byMembership }: VisibleThread<ThreadPartsRow>, since: number): boolean {
  if (since > row.version) return false;
  const ownChange = byMembership && row.parent_thread_id === null ? (row.member_version ?? 0) : 0;
  return since === 0 || ownChange <= since;
}

function resync(seq: number): ThreadChanges {
  return { seq, messages: [], receipts: [], resync: true };
}

/** Members are the root's; a sub-thread's seq says nothing about them, so they come with the root's changes only. */
async function changedParticipants(
  context: QueryContext,
  actor: Actor,
  { threadId, since, visibleFrom }: { threadId: string; since: number; visibleFrom: number },
): Promise<ParticipantResource[] | null> {
  if (rootThreadId(threadId) !== threadId) return null;
  const rows = await participantsChangedSince(
    context.statements,
    { tenantId: actor.tenantId, rootId: threadId },
    since,
  );
  if (!rows) return null;
  const view = await viewFor(context, actor, { rows: [], userIds: rows.map((row) => row.user_id), messages: [] });
  return rows.map((row) => presentParticipant(row, view, visibleFrom));
}
