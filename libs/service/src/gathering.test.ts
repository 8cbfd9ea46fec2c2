import fc from 'fast-check';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { createGathering } from './gathering';

/** Groups end when the test says so. */
function held(atOnce: number) {
  const underWay: { key: string; group: readonly number[]; end(): void }[] = [];
  const add = createGathering<number>({
    atOnce,
    handle(group, key) {
      const { promise, resolve } = Promise.withResolvers<void>();
      underWay.push({ key, group, end: resolve });
      return promise;
    },
  });
  return { add, underWay };
}

describe('gathering', () => {
  it('puts together what comes in one turn', async () => {
    const { add, underWay } = held(1);
    for (const item of [1, 2, 3]) add(item);
    await nextTurn();
    expect(underWay.map(({ group }) => group)).toEqual([[1, 2, 3]]);
  });

  it('puts together what comes while as many groups are under way as may be', async () => {
    const { add, underWay } = held(2);
    for (const item of [1, 2]) {
      add(item);
      await nextTurn();
    }
    for (const item of [3, 4]) {
      add(item);
      await nextTurn();
    }
    expect(underWay.map(({ group }) => group)).toEqual([[1], [2]]);
    underWay[1]!.end();
    await nextTurn();
    expect(underWay.map(({ group }) => group)).toEqual([[1], [2], [3, 4]]);
  });

  it('lets no key wait for another', async () => {
    const { add, underWay } = held(1);
    add(1, 'slow');
    await nextTurn();
    add(2, 'slow');
    add(3, 'other');
    await nextTurn();
    expect(underWay.map(({ key, group }) => [key, group])).toEqual([
      ['slow', [1]],
      ['other', [3]],
    ]);
  });

  it('sees to each item once, in the order of its key, never with more groups than may be', async () => {
    const steps = fc.array(fc.oneof(fc.constantFrom('a', 'b', '__proto__'), fc.constant(null), fc.nat(3)));
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 3 }), steps, async (atOnce, given) => {
        const { add, underWay } = held(atOnce);
        const [added, seen] = [new Map<string, number[]>(), new Map<string, number[]>()];
        let next = 0;
        const begun = new Set<object>();
        const look = (): void => {
          const byKey = Map.groupBy(underWay, ({ key }) => key);
          for (const groups of byKey.values()) expect(groups.length).toBeLessThanOrEqual(atOnce);
          for (const one of underWay) {
            if (begun.has(one)) continue;
            begun.add(one);
            seen.set(one.key, [...(seen.get(one.key) ?? []), ...one.group]);
          }
        };
        const end = (at: number): void => underWay.splice(at % underWay.length, 1)[0]?.end();
        for (const step of given) {
          if (typeof step === 'string') {
            added.set(step, [...(added.get(step) ?? []), next]);
            add(next++, step);
          } else if (step === null) await nextTurn();
          else if (underWay.length > 0) end(step);
          look();
        }
        do {
          await nextTurn();
          look();
          while (underWay.length > 0) end(0);
          await nextTurn();
          look();
        } while (underWay.length > 0);
        expect(seen).toEqual(added);
      }),
    );
  });
});
