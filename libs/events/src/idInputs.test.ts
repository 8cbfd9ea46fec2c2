import fc from 'fast-check';
import { idInputSchema, subjectNameSchema, tenantIdInputSchema, threadIdInputSchema } from './idInputs';
import { idSchema, isDotSegment, threadIdSchema } from './ids';

const text = fc.oneof(
  fc.stringMatching(/^[A-Za-z0-9._@|+~-]{1,130}$/),
  fc.stringMatching(/^[.a~%2e]{1,5}$/),
  fc.string({ unit: 'binary', maxLength: 5 }),
);
const takes = (schema: { safeParse(value: unknown): { success: boolean } }, value: unknown) =>
  schema.safeParse(value).success;

test('an id may come in where it is one and no path loses it', () => {
  fc.assert(
    fc.property(text, (id) => {
      expect(takes(idInputSchema, id)).toBe(takes(idSchema, id) && !isDotSegment(id));
      expect(takes(tenantIdInputSchema, id)).toBe(takes(idInputSchema, id));
      const [root = ''] = id.split('~');
      expect(takes(threadIdInputSchema, id)).toBe(takes(threadIdSchema, id) && !isDotSegment(root));
    }),
    { numRuns: 5_000 },
  );
});

test('what no path can name, names nothing', () => {
  for (const schema of [idInputSchema, threadIdInputSchema, tenantIdInputSchema, subjectNameSchema])
    for (const id of ['', '.', '..', '\ud83d', 'a\0']) expect([id, takes(schema, id)]).toEqual([id, false]);
  for (const id of ['.~a', '..~a']) expect(takes(threadIdInputSchema, id)).toBe(false);
});

test.each(['.', '..', '%2e', '%2E%2e', '.%2e', '%252e', '%25252e.'])('%s is a dot segment', (segment) => {
  expect(isDotSegment(segment)).toBe(true);
});

test.each(['...', 'a.', '.a', '%2f', '%2e%2e%2e', '%', '', '.%2'])('%j is none', (segment) => {
  expect(isDotSegment(segment)).toBe(false);
});
