import {
  CATALOGUE,
  streamName,
  type ActorRef,
  type ChatEvent,
  type Draft,
  type IdempotencyHashes,
  type Json,
  type StreamRef,
} from '@threadlog/events';
import type { Sealer } from '@threadlog/sealing';

/** What all events of one command have in common. */
export interface EventMetadata {
  stream: StreamRef;
  learnerId: string | null;
  epoch: number;
  actor: ActorRef;
  correlationId: string;
  idempotency: IdempotencyHashes | null;
}

/** Sealed blob to what it holds, for answering with the caller's own words without opening them again. */
export type ClearText = Map<string, Json>;

/** A draft with its number, time and identity, its personal fields sealed. */
export function sealDraft(
  draft: Draft,
  place: { eventId: string; version: number; timestamp: string },
  metadata: EventMetadata,
  sealing: { sealer: Sealer | null; clear: ClearText },
): ChatEvent {
  const definition = CATALOGUE[draft.type];
  const data: Record<string, unknown> = { ...draft.data };
  const stream = streamName(metadata.stream);
  for (const field of definition.sealed) {
    const value = data[field] as Json | undefined;
    if (value === undefined || value === null) continue;
    if (!sealing.sealer) throw new Error(`${draft.type} has text but no keys were loaded for it`);
    const blob = sealing.sealer.seal(value, { stream, eventId: place.eventId, field });
    sealing.clear.set(blob.sealed, value);
    data[field] = blob;
  }
  return {
    event_id: place.eventId,
    event_type: draft.type,
    schema_version: definition.version,
    tenant_id: metadata.stream.tenantId,
    learner_id: metadata.learnerId,
    stream_type: metadata.stream.type,
    stream_id: metadata.stream.id,
    stream_version: place.version,
    epoch: metadata.epoch,
    timestamp: place.timestamp,
    actor: metadata.actor,
    correlation_id: metadata.correlationId,
    causation_id: null,
    idempotency: metadata.idempotency,
    data,
  } as ChatEvent;
}
