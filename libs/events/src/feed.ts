import { z } from 'zod';
import { definitionOf } from './catalogue';
import {
  attachmentSchema,
  microTimestamp,
  sealedSchema,
  type SealedFieldName,
  type StreamType,
} from './catalogue/values';
import { MAX_EMOJI_LENGTH } from './emoji';
import { idSchema, tenantIdSchema } from './ids';

/** What stands in the place of a sealed field once it is open. */
const CLEAR: Record<SealedFieldName, z.ZodType> = {
  title: z.string(),
  content: z.string(),
  metadata: z.object({}),
  attachments: z.array(attachmentSchema),
  display_name: z.string(),
  avatar_url: z.string(),
  email: z.string(),
  url: z.string(),
  description: z.string(),
  secret: z.string(),
};

/** Streams that no feed has: what partitions note for themselves, and endpoints and agents with their secrets. */
const UNTOLD: ReadonlySet<string> = new Set<StreamType>(['control', 'webhook', 'agent']);

/** Whether events of a type stand in feeds. */
export function isInFeeds(type: string): boolean {
  const definition = definitionOf(type);
  return definition !== undefined && !UNTOLD.has(definition.stream);
}

/** The canonical form, as people see it; events hold it within what every build reads. */
const emoji = z.string().min(1).max(MAX_EMOJI_LENGTH);

/**
 * A record of a tenant's feed: the event's own data with its text in the clear. Throws for a type that feeds never have.
 */
export function feedRecordSchema(type: string): z.ZodObject {
  const definition = definitionOf(type);
  if (!definition || !isInFeeds(type)) throw new TypeError(`${type} is no event of a feed`);
  const data = definition.data as z.ZodObject;
  const fields = Object.entries(data.shape as Record<string, z.ZodType>).map(([name, field]) => [
    name,
    name === 'emoji' ? emoji : inTheClear(field, CLEAR[name as SealedFieldName]),
  ]);
  return z.strictObject({
    event_type: z.literal(type),
    tenant_id: tenantIdSchema,
    learner_id: idSchema.nullable(),
    timestamp: microTimestamp,
    data: z.strictObject(Object.fromEntries(fields) as z.ZodRawShape),
  });
}

/** The same field, as optional and as null as it was. */
function inTheClear(field: z.ZodType, clear: z.ZodType | undefined): z.ZodType {
  if (field === sealedSchema && clear) return clear;
  if (field instanceof z.ZodNullable) return z.nullable(inTheClear(field.unwrap() as z.ZodType, clear));
  if (field instanceof z.ZodOptional) return z.optional(inTheClear(field.unwrap() as z.ZodType, clear));
  return field;
}
