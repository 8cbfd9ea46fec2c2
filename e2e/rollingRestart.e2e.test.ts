import type { ThreadResource } from '@threadlog/events';
import { cleanupAfterAll, longOnly, shortOnly, testStack } from '@threadlog/testing';
import { startEdge } from './support/edge';
import { expectEverywhere } from './support/everywhere';
import { goesOn, putUnderLoad } from './support/load';
import { clientOf } from './support/people';
import { createSystem, type System } from './support/system';
import { watch } from './support/watcher';

const THREADS = 6;
const ANN = { id: 'ann', tenant: 'restart-school' };

jest.setTimeout(300_000);

describe('a restart of one process after the other, under load', () => {
  const stack = testStack();
  const cleanups = cleanupAfterAll();

  shortOnly(test)('is seen by nobody: of two processes with all roles, until one has taken all over', () =>
    restart(['all', 'all'], { lastStaysAway: true }),
  );
  longOnly(test)('is seen by nobody: of one or two processes for each role', () =>
    restart(['projector', 'query-api', 'realtime', 'worker', 'command-api', 'command-api', 'query-api', 'realtime']),
  );

  async function restart(roles: readonly string[], { lastStaysAway = false } = {}): Promise<void> {
    const shared = {
      kafkaBrokers: stack.kafkaBrokers,
      databaseUrl: await stack.freshDatabase(),
      topicPrefix: stack.topicPrefix(),
    };
    const systems: System[] = [];
    for (const role of roles) systems.push(await createSystem({ ...shared, roles: role }, cleanups));
    await Promise.all(systems.map((system) => system.start()));
    const urls = (role: string, of: (system: System) => string) =>
      systems.flatMap((system, at) => (roles[at] === role || roles[at] === 'all' ? [of(system)] : []));
    const edge = await startEdge(
      {
        reads: urls('query-api', ({ api }) => api),
        writes: urls('command-api', ({ api }) => api),
        worker: urls('worker', ({ api }) => api)[0]!,
        sockets: urls('realtime', ({ realtime }) => realtime),
      },
      cleanups,
    );

    const client = clientOf(edge, ANN);
    const threads: string[] = [];
    for (let index = 0; index < THREADS; index += 1) {
      const { body } = await client.call<ThreadResource>('POST', '/api/v1/threads', { title: `Room ${index}` });
      threads.push(body.id);
    }
    const watcher = watch(edge, client, threads);
    cleanups.add(() => watcher.close());
    const load = putUnderLoad(client, { threads, writers: 4, readers: 2, pauseMs: 10 });
    for (const system of systems) {
      await goesOn(load);
      expect(await system.stop()).toBe(0);
      if (lastStaysAway && system === systems.at(-1)) break;
      system.launch();
      await system.ready(60_000);
    }
    await goesOn(load);
    await load.end();

    expect(load.faults).toEqual([]);
    const log = { brokers: shared.kafkaBrokers, topic: `${shared.topicPrefix}chat.events.v1` };
    await expectEverywhere({ log, acked: load.acked, threads, reader: client, watcher });
    expect(await Promise.all(systems.map((system) => system.stop()))).toEqual(systems.map(() => 0));
  }
});
