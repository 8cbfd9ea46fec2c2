import { join } from 'node:path';
import type { ThreadResource } from '@threadlog/events';
import { createDatabase, foldedBy, type Database } from '@threadlog/read-models';
import { cleanupAfterAll, eventually, longOnly, scale, shortOnly, testStack } from '@threadlog/testing';
import { startEdge } from './support/edge';
import { expectEverywhere } from './support/everywhere';
import { goesOn, putUnderLoad, type Load } from './support/load';
import { clientOf, type Client } from './support/people';
import { createSystem, type System } from './support/system';
import { watch, type Watcher } from './support/watcher';

const THREADS = 6;
const ANN = { id: 'ann', tenant: 'upgrade-school' };
const LOAD = scale({
  short: { writers: 3, readers: 1, pauseMs: 10 },
  long: { writers: 24, readers: 8, pauseMs: 20 },
});

/** The same sources with a read model of another revision. */
const NEWER = {
  NODE_OPTIONS: `--import=${join(__dirname, 'support', 'otherBuild.mjs')}`,
  OTHER_REVISION: '1',
};

jest.setTimeout(480_000);

describe('an upgrade to a build with another read model, under load', () => {
  const stack = testStack();
  const cleanups = cleanupAfterAll();

  interface Scene {
    systems: System[];
    load: Load;
    database: Database;
    /** What was promised was kept. */
    expectKept(): Promise<void>;
  }

  /** So many processes with all roles behind an edge; the first `running` of them run. */
  async function given(count: number, running = count): Promise<Scene> {
    const shared = {
      kafkaBrokers: stack.kafkaBrokers,
      databaseUrl: await stack.freshDatabase(),
      topicPrefix: stack.topicPrefix(),
    };
    const systems: System[] = [];
    for (let at = 0; at < count; at += 1) systems.push(await createSystem(shared, cleanups));
    await Promise.all(systems.slice(0, running).map((system) => system.start()));
    const all = systems.map(({ api }) => api);
    const sockets = systems.map(({ realtime }) => realtime);
    const edge = await startEdge({ reads: all, writes: all, sockets }, cleanups);
    const client = clientOf(edge, ANN);
    const threads = await roomsOf(clientOf(systems[0]!.api, ANN));
    const watcher: Watcher = watch(edge, client, threads);
    cleanups.add(() => watcher.close());
    const database = createDatabase({ url: shared.databaseUrl });
    cleanups.add(() => database.end());
    const load = putUnderLoad(client, { threads, ...LOAD });
    const log = { brokers: shared.kafkaBrokers, topic: `${shared.topicPrefix}chat.events.v1` };
    return {
      systems,
      load,
      database,
      async expectKept() {
        await load.end();
        expect(load.faults).toEqual([]);
        await expectEverywhere({ log, acked: load.acked, threads, reader: client, watcher });
      },
    };
  }

  shortOnly(test)('is seen by nobody, nor is going back: one process takes the other’s place', async () => {
    const { systems, load, database, expectKept } = await given(2, 1);
    const [former, later] = [systems[0]!, systems[1]!];
    await goesOn(load);
    later.change(NEWER);
    await later.start();
    expect(await former.stop()).toBe(0);
    await servedAlone(database, load, { by: 2, not: 1 });
    await former.start();
    expect(await later.stop()).toBe(0);
    await servedAlone(database, load, { by: 1, not: 2 });
    await expectKept();
    expect(await former.stop()).toBe(0);
  });

  longOnly(test)('is seen by nobody, nor is going back and trying again: of three processes', async () => {
    const { systems, load, database, expectKept } = await given(3);
    const roll = async (one: System, env: Record<string, string>): Promise<void> => {
      await goesOn(load);
      expect(await one.stop()).toBe(0);
      one.change(env);
      one.launch();
      await one.ready(120_000);
    };
    const began = performance.now();
    for (const one of systems) await roll(one, NEWER);
    await servedAlone(database, load, { by: 2, not: 1 });
    for (const one of systems.toReversed()) await roll(one, {});
    await servedAlone(database, load, { by: 1, not: 2 });
    for (const one of systems) await roll(one, NEWER);
    await servedAlone(database, load, { by: 2, not: 1 });
    const seconds = (performance.now() - began) / 1_000;
    process.stdout.write(
      `${Math.round(load.acked.length / seconds)} commands a second, ${load.retried()} answers to repeat after\n`,
    );
    await expectKept();
    expect(await Promise.all(systems.map((system) => system.stop()))).toEqual([0, 0, 0]);
  });
});

async function roomsOf(client: Client): Promise<string[]> {
  const threads: string[] = [];
  for (let index = 0; index < THREADS; index += 1) {
    const { body } = await client.call<ThreadResource>('POST', '/api/v1/threads', { title: `Room ${index}` });
    threads.push(body.id);
  }
  return threads;
}

/** One build's generation is kept up, and the other one's is there, and stands still. */
async function servedAlone(database: Database, load: Load, { by, not }: { by: number; not: number }): Promise<void> {
  const { rows } = await database.query(
    `select generation, state, revision - min(revision) over () as newer from threadlog.generations order by generation`,
  );
  expect(rows).toEqual([
    { generation: 1, state: 'active', newer: 0 },
    { generation: 2, state: 'active', newer: 1 },
  ]);
  const readBy = async (generation: number): Promise<number> =>
    [...(await foldedBy(database, generation)).values()].reduce((sum, offset) => sum + offset, 0);
  const [grows, stands] = [await readBy(by), await readBy(not)];
  await goesOn(load);
  await eventually(async () => expect(await readBy(by)).toBeGreaterThan(grows));
  expect(await readBy(not)).toBe(stands);
}
