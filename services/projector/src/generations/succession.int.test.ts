import { activeGeneration, migrate, READ_MODEL_REVISION } from '@threadlog/read-models';
import { eventually, testStack } from '@threadlog/testing';
import { longHistory } from '../testing/histories';
import { openTestbed, type Testbed } from '../testing/testbed';
import { compareGenerations, flipGeneration, GenerationError } from './lifecycle';

const stack = testStack();
const events = longHistory(120, 3);
/** Of generation 1, which another build serves. */
const FORMER = 'read_1.checkpoints';

describe('a build that takes the place of another one', () => {
  let bed: Testbed;
  beforeEach(async () => {
    bed = await openTestbed(stack, 'postgres');
    const former = bed.start();
    await bed.append(events);
    await bed.caughtUp(1);
    await former.stop();
    await bed.database.query('update threadlog.generations set revision = $1', [READ_MODEL_REVISION - 1]);
    expect(await migrate(bed.database, { messages: 'postgres' })).toEqual({ generation: 2, others: [1] });
  });
  afterEach(() => bed.close());

  const served = () => activeGeneration(bed.database).catch(() => null);
  const states = async () => {
    const { rows } = await bed.database.query<{ state: string }>(
      'select state from threadlog.generations order by generation',
    );
    return rows.map(({ state }) => state);
  };

  it('serves what it has built once that has caught up with the other, whose rows it leaves alone', async () => {
    await bed.database.query(`update ${FORMER} set next_offset = next_offset + 1000`);
    const before = (await bed.database.query(`select * from ${FORMER} order by partition`)).rows;
    const projector = bed.start();
    await bed.caughtUp(2);
    // Both looked again since.
    await projector.stop();
    const again = bed.start();
    await bed.append(events.slice(0, 1));
    await bed.caughtUp(2);
    expect([await served(), await states()]).toEqual([null, ['active', 'building']]);
    expect((await bed.database.query(`select * from ${FORMER} order by partition`)).rows).toEqual(before);

    await bed.database.query(`update ${FORMER} set next_offset = next_offset - 1000`);
    await eventually(async () => expect(await served()).toBe(2));
    expect(await states()).toEqual(['active', 'active']);
    await again.stop();
  });

  it('keeps the other for so long as it may be gone back to, and then drops it', async () => {
    const projector = bed.start();
    await eventually(async () => expect(await served()).toBe(2));
    await bed.append(events.slice(0, 1));
    await bed.caughtUp(2);
    expect(await states()).toEqual(['active', 'active']);
    await projector.stop();
    bed.start({ formerKeptHours: 0 });
    await eventually(async () => expect(await states()).toEqual(['dropped', 'active']));
    const { rows } = await bed.database.query(
      `select to_regclass('read_1.threads') as tables, active from threadlog.read_model`,
    );
    expect(rows).toEqual([{ tables: null, active: 2 }]);
  });

  it('neither serves nor compares rows of another build', async () => {
    bed.start();
    await eventually(async () => expect(await served()).toBe(2));
    const side = (generation: number) => ({ generation, store: bed.messageStore(generation) });
    await expect(flipGeneration(bed.database, 1)).rejects.toThrow(GenerationError);
    await expect(compareGenerations(bed.database, side(1), side(2))).rejects.toThrow(/another build/);
  });
});
