import { activeGeneration, createGenerationWatcher, liveGenerations, readCheckpoints } from '@threadlog/read-models';
import { eventually, testStack } from '@threadlog/testing';
import { longHistory } from '../testing/histories';
import { openTestbed, type Testbed } from '../testing/testbed';
import { compareGenerations, createGeneration, dropGeneration, flipGeneration, GenerationError } from './lifecycle';

const stack = testStack();
const events = longHistory(240, 3);
const half = events.length >> 1;

describe.each(['postgres', 'mongo'] as const)('generations with messages in %s', (kind) => {
  let bed: Testbed;
  beforeEach(async () => {
    bed = await openTestbed(stack, kind);
  });
  afterEach(() => bed.close());
  const at = (generation: number) => ({ generation, store: bed.messageStore(generation) });

  it('builds the next one beside the one that serves, flips, goes back, and drops', async () => {
    bed.start();
    await bed.append(events.slice(0, half));
    await bed.caughtUp(1);
    const watcher = await createGenerationWatcher(bed.database, { pollMs: 10 });
    expect(await createGeneration(bed.database, kind)).toBe(2);
    await bed.append(events.slice(half));
    await bed.caughtUp(2);
    await bed.caughtUp(1);
    expect(await compareGenerations(bed.database, at(1), at(2))).toBe('equal');

    await flipGeneration(bed.database, 2);
    expect(await activeGeneration(bed.database)).toBe(2);
    await eventually(() => watcher.current() === 2);
    await flipGeneration(bed.database, 1);
    await flipGeneration(bed.database, 2);
    expect(await liveGenerations(bed.database)).toEqual([
      { generation: 1, state: 'retired' },
      { generation: 2, state: 'active' },
    ]);

    await expect(dropGeneration(bed.database, bed.messageStore(2), 2)).rejects.toThrow(GenerationError);
    await dropGeneration(bed.database, bed.messageStore(1), 1);
    await dropGeneration(bed.database, bed.messageStore(1), 1);
    await expect(flipGeneration(bed.database, 1)).rejects.toThrow(GenerationError);
    expect(await createGeneration(bed.database, kind)).toBe(3);
    await bed.caughtUp(3);
    watcher.stop();
  });

  it('does not flip to one that has read less, and keeps a retired one up for the way back', async () => {
    const projector = bed.start();
    await bed.append(events.slice(0, half));
    await bed.caughtUp(1);
    await projector.stop();
    await createGeneration(bed.database, kind);
    await expect(flipGeneration(bed.database, 2)).rejects.toThrow(/behind 1 on partitions/);
    expect(await activeGeneration(bed.database)).toBe(1);
    expect(await compareGenerations(bed.database, at(1), at(2))).toBe('not_comparable');

    bed.start();
    await bed.caughtUp(2);
    await flipGeneration(bed.database, 2);
    await bed.append(events.slice(half));
    await bed.caughtUp(1);
    await flipGeneration(bed.database, 1);
    expect(await activeGeneration(bed.database)).toBe(1);
  });

  it('tells when two generations differ', async () => {
    bed.start();
    await bed.append(events);
    await bed.caughtUp(1);
    await createGeneration(bed.database, kind);
    await bed.caughtUp(2);
    await bed.database.query(`update read_2.threads set status = 'completed' where thread_id = 't-2'`);
    expect(await compareGenerations(bed.database, at(1), at(2))).toBe('different');
  });

  it('flips under load without losing sight of anything', async () => {
    bed.start();
    await createGeneration(bed.database, kind);
    let appending = true;
    const load = (async () => {
      for (const event of events) await bed.append([event]);
      appending = false;
    })();
    let served = 0;
    while (appending) {
      const to = (await activeGeneration(bed.database)) === 1 ? 2 : 1;
      await flipGeneration(bed.database, to).catch((error: unknown) => expect(error).toBeInstanceOf(GenerationError));
      const checkpoints = await readCheckpoints(bed.database, await activeGeneration(bed.database));
      const sum = [...checkpoints.values()].reduce((total, { nextOffset }) => total + nextOffset, 0);
      expect(sum).toBeGreaterThanOrEqual(served);
      served = sum;
    }
    await load;
    await bed.caughtUp(1);
    await bed.caughtUp(2);
    expect(await compareGenerations(bed.database, at(1), at(2))).toBe('equal');
  });
});
