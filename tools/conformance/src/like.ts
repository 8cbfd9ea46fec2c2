import { AssertionError } from 'node:assert';

/** A value that an expectation accepts: a predicate, or what must be there; objects may hold more than is named. */
export type Expected = unknown;

/** A fault of the system under test. */
class ConformanceError extends AssertionError {
  constructor(message: string) {
    super({ message });
    this.name = 'ConformanceError';
  }
}

export function fail(message: string): never {
  throw new ConformanceError(message);
}

/**
 * Compares partially: of objects what is named, of lists every element. Functions are predicates. Throws
 * `ConformanceError` that names the place.
 */
export function like(actual: unknown, expected: Expected, place = 'body'): void {
  if (typeof expected === 'function') return holds(actual, expected as (value: unknown) => boolean, place);
  if (Array.isArray(expected)) return likeList(actual, expected, place);
  if (typeof expected === 'object' && expected !== null) {
    if (typeof actual !== 'object' || actual === null) fail(`${place} is ${show(actual)}, not ${show(expected)}`);
    for (const [name, value] of Object.entries(expected)) {
      like((actual as Record<string, unknown>)[name], value, `${place}.${name}`);
    }
    return;
  }
  if (!Object.is(actual, expected)) fail(`${place} is ${show(actual)}, not ${show(expected)}`);
}

function holds(actual: unknown, predicate: (value: unknown) => boolean, place: string): void {
  if (!predicate(actual)) fail(`${place} is ${show(actual)}, which is not ${predicate.name || 'as expected'}`);
}

function likeList(actual: unknown, expected: readonly unknown[], place: string): void {
  if (!Array.isArray(actual)) fail(`${place} is ${show(actual)}, not a list`);
  if (actual.length !== expected.length) {
    fail(`${place} has ${actual.length} items, not ${expected.length}: ${show(actual)}`);
  }
  expected.forEach((value, index) => like(actual[index], value, `${place}[${index}]`));
}

const MAX_SHOWN = 300;

export function show(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)} …` : text;
}

export const isText = (value: unknown): boolean => typeof value === 'string' && value.length > 0;
export const isMicroTimestamp = (value: unknown): boolean =>
  typeof value === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/.test(value);
