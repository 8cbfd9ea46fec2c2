import {
  CATALOGUE,
  rootThreadId,
  streamName,
  type ActorRef,
  type ChatEvent,
  type Draft,
  type IdempotencyHashes,
  type Json,
  type StreamRef,
} from '@threadlog/events';
import type { Command } from '@threadlog/commands';
import type { Actor } from '@threadlog/auth';
import type { Sealer, SealScope } from '@threadlog/sealing';
import type { StreamEntry } from '../streams/streamEntry';

/** What all events of one command have in common. */
export interface Stamp {
  stream: StreamRef;
  learnerId: string | null;
  epoch: number;
  actor: ActorRef;
  correlationId: string;
  idempotency: IdempotencyHashes | null;
}

/** Sealed blob to what it holds, for answering with the caller's own words without opening them again. */
export type ClearText = Map<string, Json>;

/** What the choice of keys depends on. */
export interface SealState {
  entry: StreamEntry;
  root: StreamEntry;
  now: string;
}

/**
 * Whose keys a command's text needs, or null when it has none. Text of a message belongs to its author, the thread's
 * month and the learner; an edit stays in the month of its message, so that retention ends both at once. A title belongs to
 * who writes it, the thread, without a month, and the learner.
 */
export function sealScopeOf(command: Command, actor: Actor, stream: StreamRef, state: SealState): SealScope | null {
  const thread = { tenantId: actor.tenantId, threadId: rootThreadId(stream.id) };
  const learnerId = state.root.thread?.learner_id ?? null;
  switch (command.type) {
    case 'message.post':
      return { ...thread, authorId: actor.id, month: state.now.slice(0, 7), learnerId };
    case 'message.edit': {
      const row = state.entry.messages.get(command.input.messageId);
      return row ? { ...thread, authorId: row.sender_id, month: row.created_at.slice(0, 7), learnerId } : null;
    }
    case 'thread.create': {
      const { parentThreadId, learnerId: own } = command.input;
      return { ...thread, authorId: actor.id, month: null, learnerId: parentThreadId === null ? own : learnerId };
    }
    case 'user.sync':
      return { ...thread, threadId: null, authorId: command.input.userId, month: null, learnerId: null };
    case 'thread.update':
      return { ...thread, authorId: actor.id, month: null, learnerId };
    default:
      return null;
  }
}

/** A draft with its number, time and identity, its personal fields sealed. */
export function sealDraft(
  draft: Draft,
  place: { eventId: string; version: number; timestamp: string },
  stamp: Stamp,
  sealing: { sealer: Sealer | null; clear: ClearText },
): ChatEvent {
  const definition = CATALOGUE[draft.type];
  const data: Record<string, unknown> = { ...draft.data };
  const stream = streamName(stamp.stream);
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
    tenant_id: stamp.stream.tenantId,
    learner_id: stamp.learnerId,
    stream_type: stamp.stream.type,
    stream_id: stamp.stream.id,
    stream_version: place.version,
    epoch: stamp.epoch,
    timestamp: place.timestamp,
    actor: stamp.actor,
    correlation_id: stamp.correlationId,
    causation_id: null,
    idempotency: stamp.idempotency,
    data,
  } as ChatEvent;
}
