/** How long tests run: `npm test` runs everything in its short form, `npm run test:long` what has a long one. */
export type TestLength = 'short' | 'long';

/** @throws Error on anything else: a misspelt length would run the short form under the name of the long one. */
export const readLength = (given: string | undefined): TestLength => {
  if (given === undefined || given === 'short') return 'short';
  if (given === 'long') return 'long';
  throw new Error(`TEST_LENGTH is short or long, not ${given}`);
};

/** How long the tests of this process run; `TEST_LENGTH` says. */
export const testLength = readLength(process.env.TEST_LENGTH);

/**
 * The size of a test's work: how many seeds, kills or messages. A test file in which this is called has a long form, so
 * `npm run test:long` runs it, too (`jest/longForms.js`).
 */
export const scale = <Size>(sizes: Record<TestLength, Size>): Size => sizes[testLength];

/** `test` or `describe` without a long form, in a file that has one: the long run leaves it out, or it would run twice. */
export const shortOnly = <Kind extends { skip: unknown }>(kind: Kind): Kind => onlyIn('short', kind);

/** `test` or `describe` that is all long form: `npm test` leaves it out. */
export const longOnly = <Kind extends { skip: unknown }>(kind: Kind): Kind => onlyIn('long', kind);

const onlyIn = <Kind extends { skip: unknown }>(length: TestLength, kind: Kind): Kind =>
  testLength === length ? kind : (kind.skip as Kind);
