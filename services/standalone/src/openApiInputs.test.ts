import { canonicalEmoji, LIMITS, type JsonSchema } from '@threadlog/events';
import { openApiDocument, type Route } from '@threadlog/service';
import { changedOnce, valuesOf } from '@threadlog/testing';
import Ajv2020 from 'ajv/dist/2020';
import addFormats from 'ajv-formats';
import fc from 'fast-check';
import type { z } from 'zod';
import { allRoutes } from './allRoutes';

interface Parameter {
  in: 'path' | 'query' | 'header';
  name: string;
  required?: boolean;
  schema: JsonSchema;
}
interface Operation {
  parameters?: Parameter[];
  requestBody?: { required: boolean; content: { 'application/json': { schema: JsonSchema } } };
}
interface Document {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, JsonSchema> };
}

/** As clients read it. */
const document = JSON.parse(
  JSON.stringify(openApiDocument(allRoutes, { title: 'Threadlog', version: '1' })),
) as unknown as Document;
const COMPONENTS = '#/components/schemas/';
const resolve = (ref: string): JsonSchema => document.components.schemas[ref.replace(COMPONENTS, '')]!;

const ajv = new Ajv2020({ strict: false });
addFormats(ajv);
ajv.addFormat('emoji', (text: string) => canonicalEmoji(text) !== null);
const validatorOf = (schema: JsonSchema) => ajv.compile({ ...schema, components: document.components });

const operationOf = ({ path, method }: Route): Operation => document.paths[path]![method]!;
const nameOf = ({ path, method }: Route): string => `${method} ${path}`;
const received = (value: unknown): unknown => (value === undefined ? undefined : JSON.parse(JSON.stringify(value)));

/** JSON Schema has no bound in bytes; the description of `metadata` says it. */
function holdsTooMuch(body: unknown): boolean {
  const metadata = (body as { metadata?: unknown } | null | undefined)?.metadata;
  return Buffer.byteLength(JSON.stringify(metadata ?? null)) > LIMITS.metadataBytes;
}

const bodies = allRoutes.flatMap((route) => {
  const told = operationOf(route).requestBody;
  return route.body && told
    ? [{ name: nameOf(route), body: route.body, told, schema: told.content['application/json'].schema }]
    : [];
});

describe.each(bodies)('the body of $name', ({ body, told, schema }) => {
  const isTold = validatorOf(schema);
  const isTaken = (value: unknown) => body.safeParse(value).success;
  const values = valuesOf(schema, resolve).map(received);

  it('is required where the document says so', () => expect(isTaken(undefined)).toBe(!told.required));

  it('is taken exactly where the document allows it, but for the size of metadata', () => {
    const either = fc.oneof(
      values.filter((value) => isTold(value)),
      values.chain(changedOnce).map(received),
    );
    fc.assert(
      fc.property(either, (value) => {
        expect([value, isTaken(value)]).toEqual([value, isTold(value) && !holdsTooMuch(value)]);
      }),
      { numRuns: 600 },
    );
  });
});

const PARTS = { path: 'params', query: 'query', header: 'headers' } as const;
const parameters = allRoutes.flatMap((route) =>
  (operationOf(route).parameters ?? []).map((parameter) => {
    const parsed = route[PARTS[parameter.in]]!.shape[parameter.name] as z.ZodType;
    return { title: `${parameter.in} parameter ${parameter.name} of ${nameOf(route)}`, parsed, ...parameter };
  }),
);

/** Texts in the place of a parameter. */
const HOSTILE = [
  ...['x', '.', '..', '...', 'a\0', '\u001f', '~', 'a~b', 'a b', 'a,b', ',', 'a,,b', '..,a', '*', '"1"', 'W/"x"'],
  ...['-1', '0', '1', '201', '1.5', '9007199254740992', 'true', 'null', 'active', '👍', 'é'],
  ...['2026-01-16', '0000-02-29T00:00:00Z', '2026-02-30T00:00:00Z', '2026-01-16T08:00:00+01:00'],
  ...['x'.repeat(129), 'x'.repeat(256), '👍'.repeat(501), '👍'.repeat(512), 'x'.repeat(1_025), 'x'.repeat(30_000)],
];

describe.each(parameters)('the $title', ({ parsed, schema, name, required = false }) => {
  const validate = validatorOf(schema);
  const isNumber = schema.type === 'integer' || schema.type === 'number';
  const isTold = (text: unknown) =>
    isNumber ? /^-?\d+$/.test(text as string) && validate(Number(text)) : validate(text);
  const isTaken = (text: unknown) => parsed.safeParse(text).success;

  it('is required where the document says so', () => expect(isTaken(undefined)).toBe(!required));

  it('is taken exactly where the document allows it', () => {
    const texts = valuesOf(schema, resolve).map((value) => (isNumber ? String(value) : received(value)));
    const either = fc.oneof(texts, fc.constantFrom(...HOSTILE));
    fc.assert(
      fc.property(either, (text) => expect([text, isTaken(text)]).toEqual([text, isTold(text) && !isBeyond(text)])),
      { numRuns: 200 },
    );
  });

  /** Rules that only the descriptions give. */
  function isBeyond(text: unknown): boolean {
    // How long one of several names may be.
    if (name === 'userIds')
      return [text].flat().some((one) =>
        String(one)
          .split(',')
          .some((id) => [...id].length > 255),
      );
    // What may be taken back, which is more than what is an emoji today.
    return name === 'emoji' && schema.format === undefined && !isTaken(text);
  }
});
