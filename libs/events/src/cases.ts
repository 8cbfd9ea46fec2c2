import { z } from 'zod';

/**
 * An object of fields in snake case, whose clients may write them in camel case, too. Where a request has both, the one
 * in snake case counts. Only the object's own fields are renamed: what is inside metadata is the tenant's.
 */
export function eitherCase<Schema extends z.ZodObject>(schema: Schema) {
  const names = new Map(Object.keys(schema.shape).map((name) => [camelCase(name), name]));
  return z.preprocess((given) => (isObject(given) ? renamed(given, names) : given), schema);
}

function renamed(given: object, names: ReadonlyMap<string, string>): object {
  const fields = Object.entries(given);
  const known = new Set(fields.map(([name]) => name));
  return Object.fromEntries(
    fields.flatMap(([name, value]) => {
      const wanted = names.get(name) ?? name;
      return wanted !== name && known.has(wanted) ? [] : [[wanted, value]];
    }),
  );
}

function isObject(given: unknown): given is object {
  return typeof given === 'object' && given !== null && !Array.isArray(given);
}

function camelCase(name: string): string {
  return name.replace(/_([a-z])/g, (_match, letter: string) => letter.toUpperCase());
}
