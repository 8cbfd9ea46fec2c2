import type { ChatEvent, Json, OutgoingRecord, Subject } from '@threadlog/events';

/** What a consumer of a feed gets: an event with everything personal in the clear. */
export interface FeedEvent {
  event_type: ChatEvent['event_type'];
  tenant_id: string;
  learner_id: string | null;
  /** ISO 8601 UTC with microseconds. */
  timestamp: string;
  data: Record<string, Json>;
}

/**
 * The record of an event whose sealed fields were opened. The key is the thread's id, so that what happens in a thread
 * stays in order; what has no thread is ordered by its stream. `event_id` stands in a header: the format has no place
 * for it, and consumers deduplicate by it.
 */
export function feedRecord(event: ChatEvent, data: Record<string, Json>): OutgoingRecord {
  const { event_type, tenant_id, timestamp } = event;
  const value: FeedEvent = { event_type, tenant_id, learner_id: learnerOf(event), timestamp, data };
  return {
    key: 'thread_id' in event.data ? event.data.thread_id : event.stream_id,
    value: Buffer.from(JSON.stringify(value)),
    headers: { event_id: event.event_id, 'content-type': 'application/json' },
  };
}

/** A request about a learner is one of that learner's events, though its stream belongs to no thread. */
function learnerOf(event: ChatEvent): string | null {
  const subject = subjectOf(event);
  return event.learner_id ?? (subject?.kind === 'learner' ? subject.id : null);
}

function subjectOf(event: ChatEvent): Subject | null {
  return 'subject' in event.data ? (event.data.subject ?? null) : null;
}

/** By whom and about whom an event is: whose erasure keeps it out of the feed. */
export function peopleOf(event: ChatEvent): string[] {
  const { data, actor, learner_id } = event;
  const subject = subjectOf(event);
  return [
    actor.id,
    learner_id,
    'sender_id' in data ? data.sender_id : null,
    'user_id' in data ? data.user_id : null,
    subject && subject.kind !== 'tenant' ? subject.id : null,
  ].filter((id) => id !== null);
}

/**
 * How requests and erasures themselves go is told to the end: it holds no text, and it is how a consumer learns that
 * copies of its own have to go.
 */
export function tellsOfErasure(event: ChatEvent): boolean {
  return event.stream_type === 'privacy' || event.event_type.startsWith('CHAT_ERASURE_');
}
