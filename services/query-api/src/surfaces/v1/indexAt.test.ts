import fc from 'fast-check';
import type { TenantId } from '@threadlog/events';
import type { MessageKey, MessageRow } from '@threadlog/read-models';
import { indexAt } from './indexAt';

const instantOf = (at: number): string => `2026-01-15T10:30:00.${String(at).padStart(6, '0')}Z`;

/** A thread whose messages were written at these microseconds; some of its rows may be missing. */
function storeOf(times: readonly number[], missing: ReadonlySet<number>) {
  let turns = 0;
  return {
    turns: () => turns,
    byKeys(keys: readonly MessageKey[]) {
      turns += 1;
      const there = keys.filter(({ message_index: index }) => times[index - 1] !== undefined && !missing.has(index));
      return Promise.resolve(
        there.map((key) => ({ ...key, created_at: instantOf(times[key.message_index - 1]!) }) as MessageRow),
      );
    },
  };
}

const at = (instant: number, lastIndex: number) => ({
  ...{ tenantId: 'acme' as TenantId, threadId: 't', lastIndex },
  instant: instantOf(instant),
});

const growing = fc
  .uniqueArray(fc.integer({ min: 0, max: 999_999 }), { maxLength: 400 })
  .map((times) => times.toSorted((a, b) => a - b));

describe('indexAt', () => {
  it('finds the first message that was not written before', () =>
    fc.assert(
      fc.asyncProperty(growing, fc.integer({ min: 0, max: 999_999 }), async (times, instant) => {
        const earlier = times.filter((time) => time < instant).length;
        expect(await indexAt(storeOf(times, new Set()), at(instant, times.length))).toBe(earlier + 1);
      }),
    ));

  it('skips none where rows are missing', () =>
    fc.assert(
      fc.asyncProperty(growing, fc.nat(999_999), fc.array(fc.nat(400)), async (times, instant, gone) => {
        const earlier = times.filter((time) => time < instant).length;
        const found = await indexAt(storeOf(times, new Set(gone)), at(instant, times.length));
        expect(found).toBeGreaterThan(earlier);
      }),
    ));

  it('takes three turns in a thread of 100,000', async () => {
    const store = storeOf(
      Array.from({ length: 100_000 }, (_, index) => index * 5),
      new Set(),
    );
    expect(await indexAt(store, at(123_456, 100_000))).toBe(24_693);
    expect(store.turns()).toBeLessThanOrEqual(3);
  });
});
