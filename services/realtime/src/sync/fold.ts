import type { Actor, Membership, ThreadAccess } from '@threadlog/auth';
import type { ChatEvent, EventOf } from '@threadlog/events';
import {
  foldParticipant,
  foldThread,
  participantsOf,
  visibleFromVersion,
  type MembershipSnapshot,
  type ParticipantRow,
} from '@threadlog/read-models';
import { seenOf, type Seen } from '../rooms/seen';
import type { ThreadSnapshot } from './reader';

/** A thread the user takes part in, as of the dispatch position. */
export interface CurrentMembership extends Seen {
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
  for (const row of memberships) {
    current.set(row.thread_id, { ...seenBy(actor, row.learner_id, membershipIn(row)), version: row.thread_version });
  }
  for (const event of events) applyMembership(current, event, actor);
  return current;
}

function applyMembership(current: Map<string, CurrentMembership>, event: ChatEvent, actor: Actor): void {
  const enter = (participant: Membership) => {
    if (current.has(event.stream_id)) return;
    current.set(event.stream_id, { ...seenBy(actor, event.learner_id, participant), version: null });
  };
  switch (event.event_type) {
    case 'CHAT_THREAD_CREATED': {
      const own = event.data.participants.find(({ user_id }) => user_id === actor.id);
      if (own) enter({ role: own.role, visibleFromIndex: 1, visibleFromSeq: 1 });
      break;
    }
    case 'CHAT_PARTICIPANT_ADDED':
      if (event.data.user_id === actor.id) enter(membershipOf(event));
      break;
    case 'CHAT_PARTICIPANT_REMOVED':
      if (event.data.user_id === actor.id) current.delete(event.stream_id);
      break;
    case 'CHAT_THREAD_DELETED':
      current.delete(event.stream_id);
  }
}

function seenBy(actor: Actor, learnerId: string | null, participant: Membership): Seen {
  return seenOf(actor, { tenantId: actor.tenantId, learnerId, participant });
}

type MemberColumns = Pick<ParticipantRow, 'role' | 'visible_from_index' | 'visible_from_version'>;

function membershipIn({ role, visible_from_index, visible_from_version }: MemberColumns): Membership {
  return { role, visibleFromIndex: visible_from_index, visibleFromSeq: visible_from_version };
}

/** The membership that the event makes. */
export function membershipOf(event: EventOf<'CHAT_PARTICIPANT_ADDED'>): Membership {
  const { role, visible_from_index } = event.data;
  return { role, visibleFromIndex: visible_from_index, visibleFromSeq: visibleFromVersion(event) };
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
  const row = own.reduce((folded, event) => foldParticipant(folded, event, actor.id, null), snapshot.participant);
  const participant = row && row.removed_at === null ? membershipIn(row) : null;
  const { tenant_id: tenantId, learner_id: learnerId, version } = thread;
  return { access: { tenantId, learnerId, participant, beginsAtSeq: null }, version };
}
