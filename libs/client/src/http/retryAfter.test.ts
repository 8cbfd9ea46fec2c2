import { retryAfterOf } from './retryAfter.ts';

const DATE = 'Thu, 01 Jan 2026 00:00:00 GMT';
const DAY_MS = 86_400_000;

it.each([
  ['2', 2000],
  ['0', 0],
  ['1.5', 1500],
  [' 3 ', 3000],
  ['Thu, 01 Jan 2026 00:00:30 GMT', 30_000],
  ['Wed, 31 Dec 2025 23:59:00 GMT', 0],
  ['Fri, 01 Jan 2100 00:00:00 GMT', DAY_MS],
  ['1e300', DAY_MS],
  ['Infinity', DAY_MS],
  ['-1', undefined],
  ['soon', undefined],
  ['', undefined],
])('Retry-After: %j is %p ms', (said, expected) => {
  expect(retryAfterOf(new Headers({ 'retry-after': said, date: DATE }))).toBe(expected);
});

it('says nothing where it is not there, and goes by our clock where the server tells none', () => {
  expect(retryAfterOf(new Headers())).toBeUndefined();
  const ms = retryAfterOf(new Headers({ 'retry-after': new Date(Date.now() + 60_000).toUTCString() }))!;
  expect(ms).toBeGreaterThan(50_000);
  expect(ms).toBeLessThanOrEqual(60_000);
});
