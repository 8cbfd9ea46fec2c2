import fc from 'fast-check';
import { z } from 'zod';
import { CATALOGUE, definitionOf, emojiSchema, type EventType } from './catalogue';
import type { ChatEvent, ControlEvent } from './envelope';
import { eventJsonSchema } from './generate/eventSchemas';
import type { JsonSchema } from './generate/jsonSchema';

const EMOJI_PATTERN = (z.toJSONSchema(emojiSchema) as JsonSchema).pattern;
export const EVENT_TYPES = Object.keys(CATALOGUE) as EventType[];

/** Any event of a type, envelope and data, as its registered schema has it. */
export function eventsOfType(type: EventType): fc.Arbitrary<ChatEvent | ControlEvent> {
  return arbitraryOf(eventJsonSchema(type, definitionOf(type)!)) as fc.Arbitrary<ChatEvent | ControlEvent>;
}

/** Any value a generated schema takes. Throws on a type of value that the catalogue has not used so far. */
export function arbitraryOf(schema: JsonSchema): fc.Arbitrary<unknown> {
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.enum) return fc.constantFrom(...schema.enum);
  if (schema.anyOf) return fc.oneof(...schema.anyOf.map(arbitraryOf));
  if (Array.isArray(schema.type)) return fc.oneof(...schema.type.map((type) => arbitraryOf({ ...schema, type })));
  const make = BY_TYPE[String(schema.type)];
  if (!make) throw new Error(`no arbitrary for ${JSON.stringify(schema)}`);
  return make(schema);
}

const BY_TYPE: Record<string, (schema: JsonSchema) => fc.Arbitrary<unknown>> = {
  null: () => fc.constant(null),
  boolean: () => fc.boolean(),
  integer: ({ minimum, maximum }) => fc.integer({ min: minimum ?? 0, max: Math.min(maximum ?? Infinity, 2 ** 31 - 1) }),
  array: ({ items, minItems = 0 }) =>
    fc.array(arbitraryOf(items ?? {}), { minLength: minItems, maxLength: minItems + 4 }),
  object: ({ properties = {}, required }) =>
    fc.record(Object.fromEntries(Object.entries(properties).map(([name, field]) => [name, arbitraryOf(field)])), {
      requiredKeys: required,
    }),
  string({ format, pattern, minLength, maxLength }) {
    if (format === 'uuid') return fc.uuid({ version: 7 });
    if (!pattern) return fc.string({ minLength, maxLength });
    // What the pattern of emojis takes beside them stands in old logs only.
    return pattern === EMOJI_PATTERN
      ? fc.constantFrom('👍🏽', '❤️', '❤', '👩‍👩‍👧‍👦', 'thumbs_up', '+1', '!')
      : matching(new RegExp(pattern));
  },
};

/** The filter is for `$`, before which fast-check may put a line break. */
function matching(pattern: RegExp): fc.Arbitrary<string> {
  return fc.stringMatching(pattern).filter((text) => pattern.test(text) && !text.includes('\n'));
}
