import { z } from 'zod';
import type { CATALOGUE, EventData, EventType } from './catalogue';
import { ACTOR_TYPES, microTimestamp, positiveInt, STREAM_TYPES, type StreamType } from './catalogue/values';
import { idSchema, tenantIdSchema, threadIdSchema, type TenantId } from './ids';

/** Bounded and charset-checked: free text outside sealed fields does not exist. */
export const correlationIdSchema = z.string().regex(/^[A-Za-z0-9._:@|+/=-]{1,128}$/);

export const actorRefSchema = z.strictObject({
  type: z.enum(ACTOR_TYPES),
  id: idSchema,
  role: z
    .string()
    .regex(/^[A-Za-z0-9_.:-]{1,64}$/)
    .nullable(),
});
/** Who acted, as recorded in the event. */
export type ActorRef = z.infer<typeof actorRefSchema>;

/** Keyed hashes (base64url) of the client's idempotency key and of the parsed request. */
export const idempotencySchema = z.strictObject({
  key_hash: z.string().regex(/^[A-Za-z0-9_-]{16,64}$/),
  request_hash: z.string().regex(/^[A-Za-z0-9_-]{16,64}$/),
});
export type IdempotencyHashes = z.infer<typeof idempotencySchema>;

const common = {
  event_id: z.uuid(),
  schema_version: positiveInt,
  epoch: z.int().min(1),
  timestamp: microTimestamp,
};

/** Envelope of every event of a tenant's stream; `data` is checked by the catalogue. */
export const envelopeSchema = z.strictObject({
  ...common,
  event_type: z.string(),
  tenant_id: tenantIdSchema,
  learner_id: idSchema.nullable(),
  stream_type: z.enum(STREAM_TYPES),
  stream_id: threadIdSchema,
  stream_version: positiveInt,
  actor: actorRefSchema,
  correlation_id: correlationIdSchema,
  causation_id: correlationIdSchema.nullable(),
  idempotency: idempotencySchema.nullable(),
  data: z.unknown(),
});

/** Envelope of a control record: it has no tenant and no stream. */
export const controlEnvelopeSchema = z.strictObject({ ...common, event_type: z.string(), data: z.unknown() });

export type ControlEventType = {
  [T in EventType]: (typeof CATALOGUE)[T]['stream'] extends 'control' ? T : never;
}[EventType];
export type StreamEventType = Exclude<EventType, ControlEventType>;

/** An event of a stream as it stands in the log. */
export interface EventOf<T extends StreamEventType> {
  event_id: string;
  event_type: T;
  schema_version: number;
  tenant_id: TenantId;
  learner_id: string | null;
  stream_type: StreamType;
  stream_id: string;
  /** 1, 2, 3 … without a gap within the stream. */
  stream_version: number;
  /** The owner's epoch; a reader ignores events of a lower epoch than the highest it has seen on the partition. */
  epoch: number;
  /** ISO 8601 UTC with microseconds; strictly grows within a stream. */
  timestamp: string;
  actor: ActorRef;
  correlation_id: string;
  causation_id: string | null;
  idempotency: IdempotencyHashes | null;
  data: EventData<T>;
}
export type ChatEvent = { [T in StreamEventType]: EventOf<T> }[StreamEventType];

export interface ControlEvent {
  event_id: string;
  event_type: ControlEventType;
  schema_version: number;
  epoch: number;
  timestamp: string;
  data: EventData<ControlEventType>;
}
