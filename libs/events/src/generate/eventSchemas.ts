import { z } from 'zod';
import { STORABLE_PATTERN } from '../text';
import { CATALOGUE, definitionOf, type EventDefinition, type EventType } from '../catalogue';
import { DESCRIPTIONS } from '../catalogue/descriptions';
import { dataSchemaUri } from '../codec';
import { controlEnvelopeSchema, envelopeSchema } from '../envelope';
import { feedRecordSchema, isInFeeds } from '../feed';
import { signalEnvelopeSchema, SIGNALS, type SignalType } from '../signals';
import type { JsonSchema } from './jsonSchema';

/** The registered, closed schema of an event's current version: envelope and data. */
export function eventJsonSchema(type: EventType, definition: EventDefinition): JsonSchema {
  const own = {
    event_type: z.literal(type),
    schema_version: z.literal(definition.version),
    data: describeSealed(definition),
  };
  const schema =
    definition.stream === 'control'
      ? controlEnvelopeSchema.extend(own)
      : envelopeSchema.extend({ ...own, stream_type: z.literal(definition.stream) });
  return titled(schema, `urn:threadlog:event:${type}:v${definition.version}`, type, DESCRIPTIONS[type]);
}

/** Sealed fields say so, since their shape alone does not tell what is inside. */
function describeSealed(definition: EventDefinition): z.ZodType {
  const data = definition.data as z.ZodObject;
  const sealed = definition.sealed.map((name) => {
    const field = data.shape[name] as z.ZodType;
    return [name, field.describe('Sealed: personal text, readable only while all of its keys exist.')];
  });
  return data.extend(Object.fromEntries(sealed) as z.ZodRawShape);
}

export function signalJsonSchema(type: SignalType): JsonSchema {
  const schema = signalEnvelopeSchema.extend({
    signal_type: z.literal(type),
    schema_version: z.literal(1),
    data: SIGNALS[type],
  });
  return titled(schema, `urn:threadlog:signal:${type}:v1`, type, SIGNAL_DESCRIPTIONS[type]);
}

export const SIGNAL_DESCRIPTIONS: Record<SignalType, string> = {
  AGENT_DRAFT: 'How far an agent’s answer has come, its text sealed; in the log there is only the message in the end.',
  TYPING: 'A user began or stopped typing in a thread; it expires by itself.',
  KEYS_CLOSED: 'Keys of the tenant were closed, destroyed or replaced: whoever holds copies drops them at once.',
  PRESENCE: 'An instance says whether a user is connected to it; it expires by itself.',
};

function titled(schema: z.ZodType, $id: string, title: string, description: string): JsonSchema {
  const { $schema, ...rest } = z.toJSONSchema(schema, { io: 'input', override: withoutTextPattern }) as JsonSchema;
  return { $schema, $id, title, description, ...rest };
}

/** What no store takes was never written: schemas of events, whose versions stay as they are, need not exclude it. */
function withoutTextPattern({ jsonSchema }: { jsonSchema: z.core.JSONSchema.BaseSchema }): void {
  if (jsonSchema.pattern === STORABLE_PATTERN) delete jsonSchema.pattern;
}

/** Types that a tenant's feed has. */
export const FEED_TYPES = (Object.keys(CATALOGUE) as EventType[]).filter(isInFeeds);

/** Where the schema of a feed's records of a type stands, below `schemas/`. */
export function feedSchemaPath(type: EventType): string {
  return `feed/${type}.v${definitionOf(type)!.version}.json`;
}

function feedJsonSchema(type: EventType): JsonSchema {
  const $id = `urn:threadlog:feed:${type}:v${definitionOf(type)!.version}`;
  return titled(feedRecordSchema(type), $id, `${type} in a feed`, `${DESCRIPTIONS[type]} In the clear.`);
}

/** All schemas of the catalogue by their path below `schemas/`. */
export function allSchemas(): Map<string, JsonSchema> {
  const events = (Object.keys(CATALOGUE) as EventType[]).map((type): [string, JsonSchema] => {
    const definition = definitionOf(type)!;
    return [dataSchemaUri(type, definition.version), eventJsonSchema(type, definition)];
  });
  const signals = (Object.keys(SIGNALS) as SignalType[]).map((type): [string, JsonSchema] => [
    `signals/${type}.v1.json`,
    signalJsonSchema(type),
  ]);
  const feed = FEED_TYPES.map((type): [string, JsonSchema] => [feedSchemaPath(type), feedJsonSchema(type)]);
  return new Map([...events, ...signals, ...feed]);
}
