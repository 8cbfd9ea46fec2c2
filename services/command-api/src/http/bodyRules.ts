import type { z } from 'zod';

/**
 * Rules about which fields a body has, checked and said in the document by the same list: the schema's own words know
 * required fields and optional ones only.
 */
type Body = z.ZodObject;

/** Exactly one of these fields says what a request is about. */
export function requireOneOf<Schema extends Body>(schema: Schema, fields: readonly string[]): Schema {
  return schema
    .refine((body) => fields.filter((field) => body[field] !== undefined).length === 1, {
      message: `must name one of ${listed(fields)}`,
      path: ['userId'],
    })
    .meta({ oneOf: fields.map((field) => ({ required: [field] })) });
}

/** An empty change is a mistake of the caller, not a success. */
export function requireChange<Schema extends Body>(schema: Schema): Schema {
  return schema
    .refine((body) => Object.keys(body).length > 0, { message: 'The body changes nothing.' })
    .meta({ anyOf: Object.keys(schema.shape).map((field) => ({ required: [field] })) });
}

function listed(fields: readonly string[]): string {
  const quoted = fields.map((field) => `\`${field}\``);
  return `${quoted.slice(0, -1).join(', ')} and ${quoted.at(-1)}`;
}
