import fc from 'fast-check';
import { breaks, incompatibilities } from './compatibility';
import { allSchemas } from './eventSchemas';
import { opened, type JsonSchema } from './jsonSchema';

const text = { type: 'string' };
const object = (properties: Record<string, JsonSchema>, optional: string[] = []): JsonSchema => ({
  type: 'object',
  properties,
  required: Object.keys(properties).filter((name) => !optional.includes(name)),
  additionalProperties: false,
});
const former = object({ id: text, size: { type: 'integer', minimum: 1 }, note: text }, ['note']);
const inside = (data: JsonSchema) => object({ data });

type Verdict = 'fine' | 'breaks';

/** What changed, in a field of the data, and whether readers of today and readers of then can live with it. */
test.each<[string, JsonSchema, JsonSchema, ...Verdict[]]>([
  ['nothing', former, former, 'fine', 'fine'],
  ['a description', former, { ...former, description: 'new', title: 'New' }, 'fine', 'fine'],
  ['an optional field added', former, object({ ...former.properties, extra: text }, ['note', 'extra']), 'fine', 'fine'],
  ['a required field added', former, object({ ...former.properties, extra: text }, ['note']), 'breaks', 'fine'],
  ['an optional field made required', former, object({ ...former.properties }), 'breaks', 'fine'],
  ['a required field made optional', former, object({ ...former.properties }, ['note', 'id']), 'fine', 'breaks'],
  ['an optional field removed', former, object({ id: text, size: former.properties!.size! }), 'breaks', 'fine'],
  ['a required field removed', former, object({ id: text, note: text }, ['note']), 'breaks', 'breaks'],
  ['a field renamed', object({ id: text }), object({ key: text }), 'breaks', 'breaks'],
  ['a type changed', text, { type: 'integer' }, 'breaks', 'breaks'],
  ['a type widened', { type: 'integer' }, { type: 'number' }, 'fine', 'breaks'],
  ['any type allowed', text, {}, 'fine', 'breaks'],
  ['a type demanded', {}, text, 'breaks', 'fine'],
  ['null allowed', text, { anyOf: [text, { type: 'null' }] }, 'fine', 'breaks'],
  ['null allowed, in the short form', text, { type: ['string', 'null'] }, 'fine', 'breaks'],
  ['null refused', { anyOf: [text, { type: 'null' }] }, text, 'breaks', 'fine'],
  ['null written in another form', { type: ['string', 'null'] }, { anyOf: [text, { type: 'null' }] }, 'fine', 'fine'],
  ['a value added', { ...text, enum: ['a'] }, { ...text, enum: ['a', 'b'] }, 'fine', 'breaks'],
  ['a value removed', { ...text, enum: ['a', 'b'] }, { ...text, enum: ['a'] }, 'breaks', 'fine'],
  ['values listed', text, { ...text, enum: ['a'] }, 'breaks', 'fine'],
  ['a constant changed', { ...text, const: 'a' }, { ...text, const: 'b' }, 'breaks', 'breaks'],
  ['a constant among values', { ...text, const: 'a' }, { ...text, enum: ['a', 'b'] }, 'fine', 'breaks'],
  ['a pattern added', text, { ...text, pattern: '^a' }, 'breaks', 'fine'],
  ['a pattern removed', { ...text, pattern: '^a' }, text, 'fine', 'breaks'],
  ['a pattern changed', { ...text, pattern: '^a' }, { ...text, pattern: '^b' }, 'breaks', 'breaks'],
  ['a format added', text, { ...text, format: 'uuid' }, 'breaks', 'fine'],
  ['a minimum raised', { type: 'integer', minimum: 0 }, { type: 'integer', minimum: 1 }, 'breaks', 'fine'],
  ['a maximum added', { type: 'integer' }, { type: 'integer', maximum: 9 }, 'breaks', 'fine'],
  ['a length limited', text, { ...text, maxLength: 9 }, 'breaks', 'fine'],
  ['a length demanded', text, { ...text, minLength: 1 }, 'breaks', 'fine'],
  ['a list limited', { type: 'array', items: text }, { type: 'array', items: text, maxItems: 9 }, 'breaks', 'fine'],
  ['items changed', { type: 'array', items: text }, { type: 'array', items: { type: 'integer' } }, 'breaks', 'breaks'],
  ['a list of anything made a list of something', { type: 'array' }, { type: 'array', items: text }, 'breaks', 'fine'],
  ['a field of an item required', list({}), list({ name: text }), 'breaks', 'fine'],
  ['an open object closed', opened(former), former, 'breaks', 'fine'],
])('%s', (_name, then, now, ...expected) => {
  const found = incompatibilities(inside(then), inside(now));
  const verdicts = [found.backward, found.forward].map((list) => (list.length > 0 ? 'breaks' : 'fine'));
  expect(verdicts).toEqual(expected);
});

function list(properties: Record<string, JsonSchema>): JsonSchema {
  return { type: 'array', items: object(properties) };
}

test('a break says where it is and what it is about', () => {
  const found = incompatibilities(inside(list({ name: text })), inside(list({ name: { type: 'integer' } })));
  expect(found.backward).toEqual([
    { path: '/data/*/name', reason: 'type changed: string is written, integer is read' },
  ]);
});

test('a keyword that the check does not know is refused, not passed over', () => {
  expect(() => breaks({ type: 'integer', multipleOf: 2 } as JsonSchema, {}, '')).toThrow(/multipleOf/);
  expect(() => breaks({}, { type: 'object', additionalProperties: text }, '/data')).toThrow(/^\/data: .*additional/);
});

describe('the registered schemas', () => {
  const schemas = [...allSchemas()];

  test.each(schemas)('%s agrees with itself, and its readers with its records', (_path, schema) => {
    expect(incompatibilities(schema, schema)).toEqual({ backward: [], forward: [] });
    expect(breaks(schema, opened(schema), '')).toEqual([]);
    expect(breaks(opened(schema), schema, '')).not.toEqual([]);
  });

  /** Every keyword of every schema, changed for the worse: nothing the generator emits may be beyond the check. */
  test.each(schemas)('%s cannot be tightened anywhere without being caught', (_path, schema) => {
    const mutants = tightened(schema);
    expect(mutants.length).toBeGreaterThan(5);
    for (const mutant of mutants) expect(breaks(schema, mutant, '')).not.toEqual([]);
  });

  test('any field taken away from any of them is caught', () => {
    fc.assert(
      fc.property(fc.constantFrom(...schemas), fc.nat(), ([, schema], pick) => {
        const names = Object.keys(schema.properties!);
        const { [names[pick % names.length]!]: _gone, ...properties } = schema.properties!;
        expect(incompatibilities(schema, { ...schema, properties }).backward).not.toEqual([]);
      }),
    );
  });
});

function tightened(schema: JsonSchema): JsonSchema[] {
  const here: JsonSchema[] = [];
  if (schema.type === 'string') here.push({ ...schema, enum: undefined, const: 'other' }, { type: 'integer' });
  if (schema.type === 'integer' && schema.const === undefined) here.push({ ...schema, minimum: 10 });
  if (schema.enum) here.push({ ...schema, enum: schema.enum.slice(1) });
  if (schema.type === 'object') here.push({ ...schema, required: [...(schema.required ?? []), 'novel'] });
  const fields = Object.entries(schema.properties ?? {}).flatMap(([name, field]) =>
    tightened(field).map((mutant) => ({ ...schema, properties: { ...schema.properties, [name]: mutant } })),
  );
  const items = schema.items ? tightened(schema.items).map((mutant) => ({ ...schema, items: mutant })) : [];
  const alternatives = (schema.anyOf ?? []).flatMap((one, index) =>
    tightened(one).map((mutant) => ({ ...schema, anyOf: schema.anyOf!.with(index, mutant) })),
  );
  return [...here, ...fields, ...items, ...alternatives];
}
