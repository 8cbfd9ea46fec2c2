import type { Turn } from '@threadlog/read-models';
import fc from 'fast-check';
import { createRegistry } from '../projections/registry';
import { histories, recordsOf } from '../testing/histories';
import { decodeRecord, type Entry } from './decodeRecord';
import { foldEntries, planEntries } from './foldEntries';
import { foldInTurns, planInTurns } from './inTurns';
import { createRowCache } from './rowCache';
import { createRowSet } from './rowSet';

const registry = createRegistry('postgres');

/** Over after each piece of work, as for a batch each record of which takes long. */
function shortTurns(): Turn & { taken: number } {
  const turns = { over: true, taken: 0, next: async () => void (turns.taken += 1) };
  return turns;
}

function entriesOf(events: Parameters<typeof recordsOf>[0], broken: number): Entry[] {
  return recordsOf(events, 1).map(({ record }, offset) =>
    decodeRecord({ partition: 0, offset, ...record, ...(offset === broken && { value: Buffer.from('no json') }) }),
  );
}

describe('a batch in turns', () => {
  it('comes to what it comes to at once, whatever of it cannot be folded', async () => {
    const pick = fc.option(fc.nat(60), { nil: -1 });
    await fc.assert(
      fc.asyncProperty(histories(60), pick, pick, pick, async (events, broken, parked, discarded) => {
        const entries = entriesOf(events, broken);
        const key = entries[parked]?.record.key;
        const some = { parked: new Set(key === undefined ? [] : [key]), discarded: new Set([discarded]) };
        const context = { projections: registry.all, partition: 0, ...some };
        const [atOnce, inTurns] = [createRowSet(createRowCache(0)), createRowSet(createRowCache(0))];
        const planned = await planInTurns(entries, context, shortTurns());
        expect(planned).toEqual(planEntries(entries, context));
        const outcome = await foldInTurns(planned, { rows: inTurns, context, turn: shortTurns() });
        expect(outcome).toEqual(foldEntries(planned, atOnce, context));
        expect(inTurns.changes()).toEqual(atOnce.changes());
      }),
      { numRuns: 50 },
    );
  });

  it('lets others go on between any two records', async () => {
    const entries = entriesOf(fc.sample(histories(60), { numRuns: 1, seed: 7 })[0]!, -1);
    const context = {
      projections: registry.all,
      partition: 0,
      parked: new Set<string>(),
      discarded: new Set<number>(),
    };
    const [planning, folding] = [shortTurns(), shortTurns()];
    const planned = await planInTurns(entries, context, planning);
    await foldInTurns(planned, { rows: createRowSet(createRowCache(0)), context, turn: folding });
    expect(entries.length).toBeGreaterThan(1);
    expect([planning.taken, folding.taken]).toEqual([entries.length, entries.length]);
  });
});
