import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { ThreadResource } from '@threadlog/events';
import { cleanupAfterAll, eventually, scale, testStack } from '@threadlog/testing';
import { expectEverywhere } from './support/everywhere';
import { clientOf, type Client } from './support/people';
import { persist, type Acked } from './support/persistentWriter';
import { createSystem, type System } from './support/system';
import { watch } from './support/watcher';

const THREADS = 24;
const WRITERS = 6;
/** It stands still until the other one has all partitions; in the long form for longer than any lease and session. */
const PAUSE_MS = scale({ short: 0, long: 15_000 });
/** No clock of a machine may decide whether instances take each other's commands. */
const AN_HOUR_BEHIND = {
  NODE_OPTIONS: `--import ${join(__dirname, 'support', 'skewedClock.mjs')}`,
  CLOCK_SKEW_MS: '-3600000',
};
const ANN = { id: 'ann', tenant: 'two-owners' };

jest.setTimeout(180_000);

async function partitionsOwned(system: System): Promise<number> {
  const metrics = await (await fetch(`${system.ops}/metrics`)).text();
  return Number(/^threadlog_partitions_owned (\d+)/m.exec(metrics)?.[1] ?? 0);
}

describe('two command APIs, a projector, a query API and a realtime service of their own', () => {
  const stack = testStack();
  const cleanups = cleanupAfterAll();

  test('share the partitions, forward commands, and survive that one stands still', async () => {
    const shared = {
      kafkaBrokers: stack.kafkaBrokers,
      databaseUrl: await stack.freshDatabase(),
      topicPrefix: stack.topicPrefix(),
    };
    const first = await createSystem({ ...shared, roles: 'command-api' }, cleanups);
    const second = await createSystem({ ...shared, roles: 'command-api', env: AN_HOUR_BEHIND }, cleanups);
    const readers = await createSystem({ ...shared, roles: 'projector,query-api,realtime' }, cleanups);
    await Promise.all([first.start(), second.start(), readers.start()]);
    await eventually(async () => {
      expect(await Promise.all([partitionsOwned(first), partitionsOwned(second)])).toEqual([6, 6]);
    });

    expect(await (await fetch(`${second.ops}/readyz`)).json()).toMatchObject({
      notes: { clock: expect.stringMatching(/3[56]\d\d s behind the database's/) },
    });

    const writers: Client[] = [clientOf(first.api, ANN), clientOf(second.api, ANN)];
    const reader = clientOf(readers.api, ANN);
    const threads: string[] = [];
    // Every thread through the first: about half of them are the second's.
    for (let index = 0; index < THREADS; index += 1) {
      const { body, status } = await writers[0]!.call<ThreadResource>('POST', '/api/v1/threads', { title: `${index}` });
      expect(status).toBe(201);
      threads.push(body.id);
    }
    const watcher = watch(readers.realtime, reader, threads);
    cleanups.add(() => watcher.close());

    const acked: Acked[] = [];
    let writing = true;
    const work = Array.from({ length: WRITERS }, async (_, writer) => {
      for (let count = 0; writing; count += 1) {
        const key = `w${writer}-${count}`;
        const threadId = threads[(writer + count) % THREADS]!;
        acked.push(await persist(writers[(writer + count) % 2]!, { threadId, key, content: `text of ${key}` }));
      }
    });
    const progress = async (count: number): Promise<void> => {
      const before = acked.length;
      await eventually(() => acked.length > before + count, { timeoutMs: 30_000 });
    };
    await progress(200);
    first.signal('SIGSTOP');
    await delay(PAUSE_MS);
    await eventually(async () => expect(await partitionsOwned(second)).toBe(12), { timeoutMs: 30_000 });
    first.signal('SIGCONT');
    await eventually(
      async () => {
        expect(await Promise.all([partitionsOwned(first), partitionsOwned(second)])).toEqual([6, 6]);
      },
      { timeoutMs: 20_000 },
    );
    await progress(200);
    writing = false;
    await Promise.all(work);

    const log = { brokers: shared.kafkaBrokers, topic: `${shared.topicPrefix}chat.events.v1` };
    await expectEverywhere({ log, acked, threads, reader, watcher });
    expect(await Promise.all([first.stop(), second.stop(), readers.stop()])).toEqual([0, 0, 0]);
  });
});
