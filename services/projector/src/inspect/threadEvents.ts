import type { ActorRef, Json } from '@threadlog/events';
import { maskedData } from './masked';
import type { ThreadRecord } from './readThread';

/** An event of a thread as operators are shown it; all but its place is null where it cannot be decoded. */
export interface ThreadEvent {
  offset: number;
  seq: number | null;
  time: string | null;
  type: string | null;
  actor: ActorRef | null;
  data: Json | null;
}

/** Events of a thread's stream, without what people wrote. */
export function threadEvents(records: readonly ThreadRecord[]): ThreadEvent[] {
  return records.map(({ record: { offset }, event }) => ({
    offset,
    seq: event?.stream_version ?? null,
    time: event?.timestamp ?? null,
    type: event?.event_type ?? null,
    actor: event ? event.actor : null,
    data: event ? maskedData(event) : null,
  }));
}
