import {
  appendFault,
  CATALOGUE,
  encodeEvent,
  streamName,
  type ActorRef,
  type ChatEvent,
  type Draft,
  type IdempotencyHashes,
  type Json,
  type OutgoingRecord,
  type Problem,
  type StreamRef,
} from '@threadlog/events';
import { receiptOf } from '@threadlog/read-models';
import type { Sealer } from '@threadlog/sealing';
import { INTERNAL } from '@threadlog/service';
import { MAX_OVERLAY_EVENTS } from '../streams/overlay';
import type { OwnedPartition } from '../ownership/ownedPartition';
import { applyEvent } from '../streams/streamEntry';
import { nextTimestamp } from '../clock';
import type { Answers } from './answer';
import type { ClearText } from './clearText';
import { learnerOf, OUTCOME_UNKNOWN, refusal, type Job, type StreamWithRoot } from './job';

export interface CommitDeps {
  answers: Answers;
  newEventId(): string;
  /** Largest event in bytes; a bigger one is refused before anything changes. */
  maxEventBytes: number;
  /** Hears of an event that was not appended, since some reader could not fold it: a fault of ours. */
  onUnappendable(eventType: string, fault: string): void;
}

export interface Verdict extends StreamWithRoot {
  /** Time of the first event. */
  now: string;
  drafts: readonly Draft[];
  sealer: Sealer | null;
}

/** Numbers, seals and encodes the events, folds them into the state and sends them off: all in the caller's turn. */
export function commit(deps: CommitDeps, owned: OwnedPartition, job: Job, verdict: Verdict): void {
  if (owned.overlay.size() >= MAX_OVERLAY_EVENTS) return job.answer(refusal(TOO_FAR_BEHIND));
  const clear: ClearText = new Map();
  const events = sealAll(deps, owned, job, { ...verdict, clear });
  if (!areAppendable(deps, events)) return job.answer(refusal(INTERNAL));
  const traceparent = job.trace ? job.trace.decided(events.length) : job.request.traceparent;
  const records = events.map((event) => encodeEvent(event, traceparent));
  if (records.some((record) => record.value.length > deps.maxEventBytes)) return job.answer(refusal(TOO_LARGE));

  for (const event of events) applyEvent(verdict.entry, event);
  job.decided = true;
  send(deps, owned, job, { ...verdict, clear, events, records });
}

/** What stands in the log must be folded by everybody for ever, so nothing gets there that cannot be. */
function areAppendable({ onUnappendable }: CommitDeps, events: readonly ChatEvent[]): boolean {
  for (const event of events) {
    const fault = appendFault(event);
    if (fault === null) continue;
    onUnappendable(event.event_type, fault);
    return false;
  }
  return true;
}

const TOO_FAR_BEHIND: Problem = {
  code: 'overloaded',
  detail: 'The read model is too far behind the log; try again later.',
  retryAfter: 2,
};
const TOO_LARGE: Problem = { code: 'payload_too_large', detail: 'The event would be larger than the log takes.' };

/** What all events of one command have in common. */
export interface EventMetadata {
  stream: StreamRef;
  learnerId: string | null;
  epoch: number;
  actor: ActorRef;
  correlationId: string;
  idempotency: IdempotencyHashes | null;
}

function sealAll(
  deps: CommitDeps,
  owned: OwnedPartition,
  job: Job,
  verdict: Verdict & { clear: ClearText },
): ChatEvent[] {
  const { actor, correlationId, command } = job.request;
  const { idempotency, stream, definition } = job.resolved;
  const known = learnerOf(verdict.root.state);
  const metadata: EventMetadata = {
    stream,
    learnerId: definition.learner ? definition.learner(command.input, known) : known,
    epoch: owned.lease.epoch,
    actor: { type: actor.type, id: actor.id, role: actor.role },
    correlationId,
    idempotency,
  };
  let timestamp = verdict.now;
  return verdict.drafts.map((draft, index) => {
    if (index > 0) timestamp = nextTimestamp(0, timestamp);
    const place = { eventId: deps.newEventId(), version: verdict.entry.state.version + 1 + index, timestamp };
    return sealDraft(draft, place, metadata, verdict);
  });
}

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

interface Dispatch extends Verdict {
  clear: ClearText;
  events: readonly ChatEvent[];
  records: readonly OutgoingRecord[];
}

function send(deps: CommitDeps, owned: OwnedPartition, job: Job, dispatch: Dispatch): void {
  const { entry, root, events, records, clear } = dispatch;
  const { partition } = owned.lease;
  const { actor } = job.request;
  const { definition, newId } = job.resolved;
  const source = deps.answers.sourceOf(job, {
    state: entry.state,
    root: root.state,
    resourceId: newId,
    position: null,
    replayed: false,
    changed: definition.made?.(events[0]!.event_type) ?? true,
    clear,
  });
  const settled = Promise.withResolvers<number>();
  settled.promise.catch(() => undefined);
  entry.inFlight = settled.promise;
  const receipt = receiptOf(events.at(-1)!, partition, -1);
  if (receipt) entry.receipts.add({ row: receipt, settled: settled.promise });

  const land = (): void => {
    if (entry.inFlight === settled.promise) entry.inFlight = null;
  };
  owned.append(events, records, {
    acked(offset) {
      if (receipt) receipt.log_offset = offset;
      land();
      settled.resolve(offset);
      void answer(offset);
    },
    unknown() {
      settled.reject(new Error('outcome unknown'));
      job.answer(OUTCOME_UNKNOWN);
    },
  });

  async function answer(offset: number): Promise<void> {
    try {
      const result = await deps.answers.build(actor, { ...source, position: { partition, offset } });
      job.answer(owned.isHeld() ? result : OUTCOME_UNKNOWN);
    } catch {
      job.answer(OUTCOME_UNKNOWN);
    }
  }
}
