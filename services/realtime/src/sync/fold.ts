import { visibleFromIndex, type Actor, type ThreadAccess } from '@threadlog/auth';
import type { ChatEvent, ParticipantRole } from '@threadlog/events';
import { foldParticipant, foldThread, participantsOf, type MembershipSnapshot } from '@threadlog/read-models';
import type { ThreadSnapshot } from './reader';

/** A thread the user takes part in, as of the dispatch position. */
export interface CurrentMembership {
  visibleFrom: number;
  /** Seq of the thread as the read model knew it; null when the membership is younger than that. */
  version: number | null;
}

/** The user's memberships after events that the snapshot does not have, by root thread id, most recent activity first. */
export function foldMemberships(
  { memberships }: MembershipSnapshot,
  events: readonly ChatEvent[],
  actor: Actor,
): Map<string, CurrentMembership> {
  const current = new Map<string, CurrentMembership>();
  for (const { thread_id, role, visible_from_index, learner_id, thread_version } of memberships) {
    const visibleFrom = seesFrom(actor, learner_id, { role, visibleFromIndex: visible_from_index });
    current.set(thread_id, { visibleFrom, version: thread_version });
  }
  for (const event of events) applyMembership(current, event, actor);
  return current;
}

function applyMembership(current: Map<string, CurrentMembership>, event: ChatEvent, actor: Actor): void {
  const enter = (role: ParticipantRole, visibleFromIndex: number) => {
    if (current.has(event.stream_id)) return;
    const visibleFrom = seesFrom(actor, event.learner_id, { role, visibleFromIndex });
    current.set(event.stream_id, { visibleFrom, version: null });
  };
  switch (event.event_type) {
    case 'CHAT_THREAD_CREATED': {
      const own = event.data.participants.find(({ user_id }) => user_id === actor.id);
      if (own) enter(own.role, 1);
      break;
    }
    case 'CHAT_PARTICIPANT_ADDED':
      if (event.data.user_id === actor.id) enter(event.data.role, event.data.visible_from_index);
      break;
    case 'CHAT_PARTICIPANT_REMOVED':
      if (event.data.user_id === actor.id) current.delete(event.stream_id);
      break;
    case 'CHAT_THREAD_DELETED':
      current.delete(event.stream_id);
  }
}

function seesFrom(actor: Actor, learnerId: string | null, participant: ThreadAccess['participant']): number {
  return visibleFromIndex(actor, { tenantId: actor.tenantId, learnerId, participant });
}

/** What access to the thread depends on, as of the dispatch position; null when there is no such thread (any more). */
export function foldAccess(
  snapshot: ThreadSnapshot,
  events: readonly ChatEvent[],
  actor: Actor,
): { access: ThreadAccess; version: number } | null {
  const thread = events.reduce(foldThread, snapshot.thread);
  if (!thread || thread.deleted_at !== null) return null;
  const own = events.filter((event) => participantsOf(event).includes(actor.id));
  const row = own.reduce((folded, event) => foldParticipant(folded, event, actor.id), snapshot.participant);
  const participant =
    row && row.removed_at === null ? { role: row.role, visibleFromIndex: row.visible_from_index } : null;
  const { tenant_id: tenantId, learner_id: learnerId, version } = thread;
  return { access: { tenantId, learnerId, participant }, version };
}
