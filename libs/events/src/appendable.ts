import { z } from 'zod';
import { CATALOGUE, type EventDefinition } from './catalogue';
import { microTimestamp } from './catalogue/values';
import { envelopeSchema, type ChatEvent } from './envelope';
import { isMicroTimestamp } from './instants';
import { jsonFault } from './metadata';

/** Containers below an event: its data, a list in them, an item of it. The strict schemas allow no more. */
const MAX_DEPTH = 6;

interface Entry {
  /** Envelope and data as registered: closed, so that nothing is appended that no schema describes. */
  schema: z.ZodType;
  /** Fields of the data that are times. */
  times: readonly string[];
}

/**
 * What keeps an event from being appended, or null: it differs from its registered schema, or holds a value that some
 * store would refuse. Whatever passes can be folded by every reader. The last check before the log, for which inputs
 * are checked long before; what it finds is a fault of ours. Names the field, never its value.
 */
export const appendFault = createAppendCheck(CATALOGUE);

function createAppendCheck(catalogue: Readonly<Record<string, EventDefinition>>): (event: ChatEvent) => string | null {
  const entries = new Map(Object.entries(catalogue).map(([type, definition]) => [type, entryOf(type, definition)]));
  return (event) => {
    const entry = entries.get(event.event_type);
    if (!entry) return `event_type: ${event.event_type} is not in the catalogue`;
    return schemaFault(entry.schema, event) ?? storageFault(event) ?? timeFault(entry.times, event);
  };
}

function entryOf(type: string, definition: EventDefinition): Entry {
  const schema = envelopeSchema.extend({
    event_type: z.literal(type),
    schema_version: z.literal(definition.version),
    stream_type: z.literal(definition.stream),
    data: definition.data,
  });
  const shape = definition.data instanceof z.ZodObject ? (definition.data.shape as Record<string, z.ZodType>) : {};
  return { schema, times: Object.keys(shape).filter((name) => bare(shape[name]!) === microTimestamp) };
}

function bare(schema: z.ZodType): z.ZodType {
  const wrapped = schema instanceof z.ZodNullable || schema instanceof z.ZodOptional;
  return wrapped ? bare(schema.unwrap() as z.ZodType) : schema;
}

function schemaFault(schema: z.ZodType, event: ChatEvent): string | null {
  const [issue] = schema.safeParse(event).error?.issues ?? [];
  return issue ? `${issue.path.join('.') || 'event'}: ${issue.code}` : null;
}

function storageFault(event: ChatEvent): string | null {
  const fault = jsonFault(event, MAX_DEPTH);
  return fault && `${fault.path.join('.')}: ${fault.message}`;
}

function timeFault(times: readonly string[], { timestamp, data }: ChatEvent): string | null {
  if (!isMicroTimestamp(timestamp)) return 'timestamp: not a time';
  for (const name of times) {
    const value = (data as Record<string, unknown>)[name];
    if (typeof value === 'string' && !isMicroTimestamp(value)) return `data.${name}: not a time`;
  }
  return null;
}
