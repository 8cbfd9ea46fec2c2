import { createMemoryLog } from '@threadlog/log';
import fc from 'fast-check';
import { logPage, type LogSelection, type LogStart } from './logPage';
import type { LogRow } from './describe';
import { oneRecord } from './oneRecord';
import { readStretch } from './stretch';

const PARTITIONS = 3;
const place = (row: LogRow) => `${row.partition}:${row.offset}`;

const newLog = () => createMemoryLog({ topic: 'events', partitions: PARTITIONS, fenced: false });
const OURS = { value: 'no JSON', key: 'acme/thread/t' };
const append = (log: ReturnType<typeof newLog>, partition: number, at: number, { value, key } = OURS) =>
  log.appendForeign(partition, { key, value: Buffer.from(value), headers: { epoch: '5' } }, at);

async function all(log: ReturnType<typeof newLog>, selection: LogSelection, first: LogStart) {
  const pages: LogRow[][] = [];
  for (let start: LogStart | null = first; start;) {
    const page: Awaited<ReturnType<typeof logPage>> = await logPage(log, selection, start);
    pages.push(page.rows);
    if ('after' in first) start = page.more ? { after: page.newer } : null;
    else start = page.older && { before: page.older };
  }
  return pages;
}

it('shows every record once, back from the newest and on from the oldest, whatever clocks wrote them', async () => {
  const steps = fc.array(fc.record({ partition: fc.nat(PARTITIONS - 1), ahead: fc.integer({ min: -5, max: 20 }) }), {
    minLength: 1,
    maxLength: 60,
  });
  await fc.assert(
    fc.asyncProperty(steps, async (drawn) => {
      const log = newLog();
      const written: string[] = [];
      let now = 1_000_000;
      // More than is read at once, in as many patterns as are drawn.
      for (let n = 0; n < 3_500; n += 1) {
        const { partition, ahead } = drawn[n % drawn.length]!;
        now += ahead;
        written.push(`${partition}:${append(log, partition, now)}`);
      }
      const back = await all(log, {}, { before: null });
      const on = await all(log, {}, { after: new Map([0, 1, 2].map((one) => [one, 0])) });
      for (const pages of [back, on.reverse()]) {
        expect(pages.length).toBeGreaterThan(1);
        const rows = pages.flat();
        expect(rows.map(place).sort()).toEqual([...written].sort());
        for (let partition = 0; partition < PARTITIONS; partition += 1) {
          const offsets = rows.filter((row) => row.partition === partition).map(({ offset }) => offset);
          expect(offsets).toEqual([...offsets].sort((one, other) => other - one));
        }
      }
    }),
    { numRuns: 4 },
  );
});

it('shows the newest of all partitions first, where clocks agree', async () => {
  const log = newLog();
  // A quiet partition, and one that has more than a page.
  for (let n = 0; n < 3_000; n += 1) append(log, n % 100 === 0 ? 1 : 0, 1_000 + n);
  const times = (await all(log, {}, { before: null })).flat().map(({ at }) => Date.parse(at!));
  expect(times).toEqual([...times].sort((one, other) => other - one));
});

it('finds what few records are behind many that are not', async () => {
  const log = newLog();
  const value = JSON.stringify({ event_type: 'CHAT_LATER', event_id: 'x' });
  const wanted = append(log, 2, 1, { value, key: 'rare/thread/t' });
  for (let n = 0; n < 12_000; n += 1) append(log, n % PARTITIONS, 2 + n);
  for (const selection of [{ tenantId: 'rare' }, { type: 'CHAT_LATER' }, { text: 'rare/thr' }] as LogSelection[]) {
    const pages = await all(log, selection, { before: null });
    expect(pages.flat()).toMatchObject([{ partition: 2, offset: wanted, type: 'CHAT_LATER', key: 'rare/thread/t' }]);
  }
});

it('tells what does not count, and holds records of any size in bounds', async () => {
  const log = newLog();
  const record = (epoch: string | undefined, value: string) =>
    log.appendForeign(0, { key: 'k', value: Buffer.from(value), headers: epoch ? { epoch } : {} }, 1_000);
  record('7', 'x');
  record('6', 'x');
  record(undefined, 'x');
  for (let n = 0; n < 40; n += 1) record('7', 'y'.repeat(500_000));
  for (const [end, offset] of [
    ['first', 0],
    ['last', 42],
  ] as const) {
    const { records } = await readStretch(log, { partition: 0, from: 0, to: 43 }, end);
    expect(records.length).toBeLessThan(12);
    expect(records.map((one) => one.record.offset)).toContain(offset);
  }
  const rows = (await all(log, { partition: 0 }, { before: null })).flat();
  expect(rows.map(({ offset }) => offset)).toEqual([...Array(43).keys()].reverse());
  expect(rows.slice(-3).map(({ standing }) => standing)).toEqual(['malformed', 'late', 'unreadable']);
  const [page] = await all(log, { partition: 0 }, { after: new Map([[0, 41]]) });
  expect(page!.map(({ offset }) => offset)).toEqual([42, 41]);
});

it('knows no record where there is none', async () => {
  const log = newLog();
  const offset = append(log, 1, 1);
  expect(await oneRecord(log, 1, offset)).toMatchObject({ record: { offset } });
  expect(await oneRecord(log, 1, offset + 1)).toBeNull();
  expect(await oneRecord(log, PARTITIONS, 0)).toBeNull();
});
