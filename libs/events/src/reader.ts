import { z } from 'zod';
import type { EventDefinition } from './catalogue';
import {
  controlEnvelopeSchema,
  envelopeSchema,
  type ChatEvent,
  type ControlEvent,
  type EventOf,
  type StreamEventType,
} from './envelope';
import { openForm } from './openForm';
import { makeStorable, MAY_BE_UNSTORABLE, withTimesInRange } from './storable';
import { upcast, type RawEvent, type Upcasters } from './upcast';

/** An event whose type only a newer build knows: its envelope is sound, its data is not for us. */
export type UnknownEvent = Omit<EventOf<StreamEventType>, 'event_type' | 'data'> & {
  event_type: string;
  data: unknown;
};

/**
 * What a record turned out to be. `unknown` is a type of a newer build: skipped and counted, never an error. An unknown
 * event of a stream is still one of its versions, so whoever numbers a stream or checks it for gaps must count it in;
 * without a readable envelope (a newer control record) there is nothing to count. `mended`: the record holds what no
 * store takes, and the event has the nearest that can be kept.
 */
export type Decoded =
  | { kind: 'event'; event: ChatEvent; mended: boolean }
  | { kind: 'control'; event: ControlEvent }
  | { kind: 'unknown'; type: string; event: UnknownEvent | null }
  | { kind: 'undecodable'; reason: string };

interface Entry {
  definition: EventDefinition;
  /** Envelope and data of the current version in their open form, as one schema: one pass an event. */
  schema: z.ZodType;
}

/**
 * Makes a decoder of record values for a catalogue and its upcasters: tolerant of unknown fields and types, lifted to
 * the current version, checked. Schemas are prepared here, once; projectors decode tens of thousands a second.
 */
export function createReader(
  catalogue: Readonly<Record<string, EventDefinition>>,
  upcasters: Upcasters,
): (value: Uint8Array) => Decoded {
  const entries = new Map(
    Object.entries(catalogue).map(([type, definition]) => [type, { definition, schema: readersSchema(definition) }]),
  );
  return (value) => {
    const { raw, mended } = parseJson(value);
    if (typeof raw?.event_type !== 'string') return undecodable(raw ? 'no event_type' : 'not a JSON object');
    const entry = entries.get(raw.event_type);
    return entry ? read({ raw: raw as RawEvent, mended }, entry, upcasters) : unknown(raw, raw.event_type);
  };
}

const unknownSchema = openForm(envelopeSchema.omit({ data: true }));

function unknown(raw: object, type: string): Decoded {
  const sound = unknownSchema.safeParse(raw).success;
  return { kind: 'unknown', type, event: sound ? (raw as UnknownEvent) : null };
}

function read({ raw, mended }: Parsed<RawEvent>, { definition, schema }: Entry, upcasters: Upcasters): Decoded {
  const version = raw.schema_version;
  if (!Number.isInteger(version) || version < 1 || version > definition.version) {
    return undecodable(`schema_version ${String(version)} is not known`);
  }
  const lifted = version === definition.version ? raw : lift(raw, definition.version, upcasters);
  if (!lifted) return undecodable(`schema_version ${version} cannot be lifted`);
  const { event, error } = check(lifted, schema);
  if (error) return undecodable(firstFault(error));
  // The event itself, not zod's copy of it: nothing is transformed, and it keeps the fields of a newer build in place.
  return definition.stream === 'control'
    ? { kind: 'control', event: event as unknown as ControlEvent }
    : { kind: 'event', event: event as unknown as ChatEvent, mended: mended || event !== lifted };
}

/** Checks an event; one with times out of range is checked again with them in range. */
function check(event: RawEvent, schema: z.ZodType): { event: RawEvent; error: z.ZodError | null } {
  const checked = schema.safeParse(event);
  if (checked.success) return { event, error: null };
  const data = withTimesInRange(event.data);
  if (!data) return { event, error: checked.error };
  const changed = { ...event, data };
  return { event: changed, error: schema.safeParse(changed).error ?? null };
}

/** An upcaster meets whatever stands in the log; one that cannot cope makes the record undecodable, not the reader fail. */
function lift(raw: RawEvent, version: number, upcasters: Upcasters): RawEvent | undefined {
  try {
    return upcast(raw, version, upcasters);
  } catch {
    return undefined;
  }
}

function readersSchema(definition: EventDefinition): z.ZodType {
  const own = { data: definition.data };
  return openForm(
    definition.stream === 'control'
      ? controlEnvelopeSchema.extend(own)
      : envelopeSchema.extend({ ...own, stream_type: z.literal(definition.stream) }),
  );
}

interface Parsed<Raw> {
  raw: Raw;
  /** Texts in it were changed, for stores to take them. */
  mended: boolean;
}

const NOTHING = { raw: undefined, mended: false };

function parseJson(value: Uint8Array): Parsed<{ event_type?: unknown } | undefined> {
  try {
    const text = Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('utf8');
    const raw: unknown = JSON.parse(text);
    if (typeof raw !== 'object' || raw === null) return NOTHING;
    return { raw, mended: text.includes(MAY_BE_UNSTORABLE) && makeStorable(raw) };
  } catch {
    return NOTHING;
  }
}

/** Names the field, never its value: reasons end up in logs and quarantine rows. */
function firstFault(error: z.ZodError): string {
  const [issue] = error.issues;
  return `${issue?.path.join('.') || 'event'}: ${issue?.code ?? 'invalid'}`;
}

function undecodable(reason: string): Decoded {
  return { kind: 'undecodable', reason };
}
