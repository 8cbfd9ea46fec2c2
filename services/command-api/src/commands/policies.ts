import { missingOf, NOT_THERE, type Attachment, type SenderType } from '@threadlog/events';
import {
  canSee,
  may,
  visibleFromIndex,
  visibleFromSeq,
  type Action,
  type ActionSubject,
  type Actor,
} from '@threadlog/auth';
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

/** An agent is one by its token or by its place in the thread. */
export function isAgent(actor: Actor, view: View): boolean {
  return actor.type === 'agent' || actor.role === 'agent' || view.subject.participant?.role === 'agent';
}

/** While people have taken a conversation over, no agent says anything in it or below it. */
function agentsMaySpeak(view: View, { actor }: ThreadContext): Check {
  return view.root.agent_mode === 'off' && isAgent(actor, view) ? AGENTS_OFF : undefined;
}

export const AGENTS_OFF = refuse('agent_off', 'people have taken over: agents do not speak in this conversation');

/** As what the actor speaks: an agent by its token's role too, the product itself as the system. */
export function senderType(actor: Actor): SenderType {
  if (actor.type === 'internal' || actor.type === 'system') return 'system';
  return actor.type === 'agent' || actor.role === 'agent' ? 'agent' : 'user';
}

interface NewMessage {
  content: string;
  messageType?: string;
  attachments: Attachment[];
}

export function isSound(input: NewMessage): Check {
  const fault = missingOf(input);
  return fault ? refuseField(`/${fault.field}`, 'required', fault.message) : undefined;
}

/** Deleted messages make room again. */
function hasRoom(view: View, context: ThreadContext): Check {
  const { maxMessagesPerThread } = context.limits;
  if (view.thread.last_message_index - view.thread.deleted_count < maxMessagesPerThread) return undefined;
  return refuse('thread_full', `a thread holds at most ${maxMessagesPerThread} messages`);
}

/** The thread is open, to this speaker too, and not full. */
export function takesMessages(view: View, context: ThreadContext): Check {
  return isOpen(view) ?? agentsMaySpeak(view, context) ?? hasRoom(view, context);
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
