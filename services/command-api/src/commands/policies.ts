import { NOT_THERE } from '@threadlog/events';
import { canSee, may, visibleFromIndex, visibleFromSeq, type Action, type ActionSubject } from '@threadlog/auth';
import type { MessageRow, ParticipantRow, ThreadRow } from '@threadlog/read-models';
import { refuse, refuseField, type Check, type Refusal, type SeenThread, type ThreadContext } from './decision';

/** A thread as its actor sees it. Only what may be seen has a view, so a decision cannot forget to look. */
export interface View {
  thread: ThreadRow;
  root: ThreadRow;
  /** The thread as the permission table sees it: learner and membership are the root's. */
  subject: ActionSubject;
  /** Index of the first message the actor sees; a sub-thread is seen whole. */
  visibleFrom: number;
  /** Seq of the root from which on the actor sees what begins there. */
  visibleFromSeq: number;
}

/** The actor's view of the thread, or the refusal that tells nothing: missing, deleted and hidden look the same. */
export function viewThread(state: SeenThread, context: Pick<ThreadContext, 'actor' | 'root'>): View | Refusal {
  const { thread } = state;
  const root = context.root.thread;
  if (!thread || !root || thread.deleted_at || root.deleted_at) return notFound();
  const subject: ActionSubject = {
    tenantId: root.tenant_id,
    learnerId: root.learner_id,
    participant: membershipOf(context),
    createdBy: thread.created_by,
    beginsAtSeq: thread.root_version,
  };
  if (!canSee(context.actor, subject)) return notFound();
  const visibleFrom = visibleFromIndex(context.actor, subject);
  return { thread, root, subject, visibleFrom, visibleFromSeq: visibleFromSeq(context.actor, subject) };
}

function membershipOf(context: Pick<ThreadContext, 'actor' | 'root'>): ActionSubject['participant'] {
  const row = activeParticipant(context.root, context.actor.id);
  if (!row) return null;
  return { role: row.role, visibleFromIndex: row.visible_from_index, visibleFromSeq: row.visible_from_version };
}

/** A current membership; removed ones keep their row and do not count. */
export function activeParticipant(root: SeenThread, userId: string): ParticipantRow | null {
  const row = root.participants.get(userId);
  return row && row.removed_at === null ? row : null;
}

export function activeParticipants(root: SeenThread): ParticipantRow[] {
  return [...root.participants.values()].filter((row) => row.removed_at === null);
}

/** The message as the actor sees it, a tombstone too, or not found: missing, of another thread, before its time. */
export function viewMessage(messageId: string, state: SeenThread, view: View): MessageRow | Refusal {
  const row = state.messages.get(messageId);
  return row && isVisible(row, view) ? row : notFound();
}

export function isVisible(row: MessageRow, view: View): boolean {
  return row.thread_id === view.thread.thread_id && row.message_index >= view.visibleFrom;
}

export function notFound(): Refusal {
  return refuse(NOT_THERE.code, NOT_THERE.detail);
}

/** Seen, but is it allowed? */
export function allowed(context: ThreadContext, action: Action, view: View): Check {
  return may(context.actor, action, view.subject) ? undefined : forbidden(action);
}

export function forbidden(
  action: Action | 'message.edit' | 'message.system' | 'webhook.manage' | 'agent.manage',
): Refusal {
  return refuse('forbidden', `not allowed to do this: ${action}`);
}

/** Whom a message names takes part in the thread, or was named in it before and has left since. */
export function mentionsPeople(
  mentions: readonly string[],
  context: ThreadContext,
  before: readonly string[] = [],
): Check {
  const stranger = mentions.findIndex((id) => !activeParticipant(context.root, id) && !before.includes(id));
  if (stranger < 0) return undefined;
  return refuseField(`/mentions/${stranger}`, 'not_a_participant', 'names nobody who takes part in the thread');
}

/** New text goes to active threads only; a sub-thread is closed with its root. */
export function isOpen(view: View): Check {
  const { status } = [view.thread, view.root].find((row) => row.status !== 'active') ?? view.thread;
  return status === 'active' ? undefined : refuse('thread_closed', `the thread is ${status}`);
}

/** A tombstone can be seen, and that is all. */
export function isThere(row: MessageRow): Check {
  return row.deleted_at === null ? undefined : refuse('gone', 'the message was deleted');
}

/** Compares the version the caller saw (`If-Match`), where it named one. */
export function matches(seen: number | undefined, current: number): Check {
  if (seen === undefined || seen === current) return undefined;
  return refuse('version_mismatch', `the current version is ${current}`);
}
