import { randomUUID } from 'node:crypto';
import {
  definitionOf,
  rootThreadId,
  streamName,
  type ActorRef,
  type ChatEvent,
  type Draft,
  type Json,
  type StreamType,
  type TenantId,
} from '@threadlog/events';
import type { Sealing, SealScope } from '@threadlog/sealing';

/** A draft and what the write side would know when it seals it. */
export interface Step {
  draft: Draft;
  actor: ActorRef;
  /** Whose text it is: the author of a message or profile; null for a thread's own. */
  authorId: string | null;
  /** Month of the message, `2026-11`; null for everything else. */
  month: string | null;
}

export interface StreamPlace {
  tenantId: TenantId;
  type: Extract<StreamType, 'thread' | 'user' | 'webhook' | 'agent'>;
  id: string;
  learnerId: string | null;
  /** Milliseconds since 1970 of the event before the first; each event comes a millisecond after the last. */
  startedAt: number;
}

/** The events of one stream, numbered, stamped and really sealed: what the write side would have appended. */
export async function sealEvents(sealing: Sealing, place: StreamPlace, steps: readonly Step[]): Promise<ChatEvent[]> {
  const events: ChatEvent[] = [];
  for (const [index, step] of steps.entries())
    events.push(await sealEvent(sealing, place, { step, version: index + 1 }));
  return events;
}

/** Time of a stream's event, as `sealEvents` stamps it. */
export function timestampOf(place: Pick<StreamPlace, 'startedAt'>, version: number): string {
  return new Date(place.startedAt + version).toISOString().replace('Z', '000Z');
}

async function sealEvent(
  sealing: Sealing,
  place: StreamPlace,
  { step, version }: { step: Step; version: number },
): Promise<ChatEvent> {
  const definition = definitionOf(step.draft.type)!;
  const eventId = randomUUID();
  const data: Record<string, unknown> = { ...step.draft.data };
  const fields = definition.sealed.filter((field) => data[field] !== undefined && data[field] !== null);
  if (fields.length > 0) {
    const sealer = await sealing.sealer(scopeOf(place, step));
    const stream = streamName({ tenantId: place.tenantId, type: place.type, id: place.id });
    for (const field of fields) data[field] = sealer.seal(data[field] as Json, { stream, eventId, field });
  }
  return {
    event_id: eventId,
    event_type: step.draft.type,
    schema_version: definition.version,
    tenant_id: place.tenantId,
    learner_id: place.learnerId,
    stream_type: place.type,
    stream_id: place.id,
    stream_version: version,
    epoch: 1,
    timestamp: timestampOf(place, version),
    actor: step.actor,
    correlation_id: 'test',
    causation_id: null,
    idempotency: null,
    data,
  } as unknown as ChatEvent;
}

function scopeOf(place: StreamPlace, step: Step): SealScope {
  const profile = place.type === 'user';
  return {
    tenantId: place.tenantId,
    authorId: step.authorId,
    threadId: profile ? null : rootThreadId(place.id),
    month: step.month,
    learnerId: profile ? null : place.learnerId,
  };
}
