import { z } from 'zod';

/**
 * The readers' form of a schema: the same checks, but fields it does not name are ignored, at every depth. What is
 * registered is closed, what is read is open: that is what lets a field be added while older readers run.
 */
export function openForm(schema: z.ZodType): z.ZodType {
  if (schema instanceof z.ZodObject) {
    const fields = Object.entries(schema.shape as Record<string, z.ZodType>);
    return z.object(Object.fromEntries(fields.map(([name, field]) => [name, openForm(field)])));
  }
  if (schema instanceof z.ZodNullable) return z.nullable(openForm(schema.unwrap() as z.ZodType));
  if (schema instanceof z.ZodOptional) return z.optional(openForm(schema.unwrap() as z.ZodType));
  if (schema instanceof z.ZodArray) return z.array(openForm(schema.element as z.ZodType));
  if (schema instanceof z.ZodPipe) return openForm(schema.in as z.ZodType);
  return schema;
}
