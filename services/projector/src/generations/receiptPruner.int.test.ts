import { PRUNED_AT_ONCE, pruneReceipts, RECEIPTS_KEPT_HOURS, type Database } from '@threadlog/read-models';
import { eventually, testStack } from '@threadlog/testing';
import { openTestbed, type Testbed } from '../testing/testbed';
import { compareGenerations, createGeneration } from './lifecycle';

const MINUTES_KEPT = RECEIPTS_KEPT_HOURS * 60;
const PRUNED = 2 * PRUNED_AT_ONCE + 3;

interface Receipts {
  minutes: number;
  count: number;
  name: string;
}

/** Receipts of one age, as the projection of receipts writes them. */
async function insert(database: Database, { minutes, count, name }: Receipts): Promise<void> {
  await database.query(
    `insert into read_1.command_receipts
     select 'acme', 'thread', $3 || n % 7, $3 || n, 'request', 'ada', 'CHAT_MESSAGE_CREATED', 'm' || n, n, 0, n,
       to_char((now() - make_interval(mins => $1::integer)) at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
     from generate_series(1, $2::integer) n`,
    [minutes, count, name],
  );
}

describe('receipts that no window reaches any more', () => {
  const stack = testStack();
  let bed: Testbed;
  beforeAll(async () => {
    bed = await openTestbed(stack, 'postgres');
  }, 60_000);
  afterAll(() => bed.close());

  const names = async (generation: number): Promise<string[]> => {
    const { rows } = await bed.database.query<{ name: string }>(
      `select distinct rtrim(key_hash, '0123456789') as name from read_${generation}.command_receipts order by 1`,
    );
    return rows.map(({ name }) => name);
  };
  const compared = (one: number, other: number) => {
    const [first, second] = [one, other].map((generation) => ({ generation, store: bed.messageStore(generation) }));
    return compareGenerations(bed.database, first!, second!);
  };

  it('are removed in bounded steps from every generation; younger ones stay, and comparing does not mind', async () => {
    const { stop } = bed.start();
    await bed.caughtUp();
    const rebuilt = await createGeneration(bed.database, 'postgres');
    await bed.caughtUp(rebuilt);
    await stop();
    await insert(bed.database, { minutes: MINUTES_KEPT + 5, count: PRUNED, name: 'old' });
    await insert(bed.database, { minutes: MINUTES_KEPT - 5, count: 5, name: 'kept' });
    await insert(bed.database, { minutes: 0, count: 5, name: 'new' });
    await bed.database.query(`insert into read_${rebuilt}.command_receipts select * from read_1.command_receipts`);
    expect(await names(1)).toEqual(['kept', 'new', 'old']);
    await bed.database.query('delete from read_1.command_receipts where key_hash like $1', ['old1%']);
    expect(await compared(1, rebuilt)).toBe('equal');

    const pruner = bed.start({ pruneEveryMs: 20 });
    for (const generation of [1, rebuilt]) {
      await eventually(async () => expect(await names(generation)).toEqual(['kept', 'new']));
    }
    await pruner.stop();
    expect(await compared(1, rebuilt)).toBe('equal');
    await bed.database.query('delete from read_1.command_receipts where key_hash = $1', ['kept1']);
    expect(await compared(1, rebuilt)).toBe('different');
  }, 60_000);

  it('are counted by the statement that removes them, which takes so many and no more', async () => {
    await insert(bed.database, { minutes: MINUTES_KEPT + 5, count: PRUNED, name: 'more' });
    const horizon = new Date(Date.now() - RECEIPTS_KEPT_HOURS * 3_600_000).toISOString();
    const steps = [];
    for (let n = 0; n < 4; n++) steps.push(await pruneReceipts(bed.database, 1, horizon));
    expect(steps).toEqual([PRUNED_AT_ONCE, PRUNED_AT_ONCE, 3, 0]);
  });
});
