import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPostgres } from '@threadlog/stack';
import type { ThreadResource } from '@threadlog/events';
import { cleanupAfterAll, eventually, scale, testStack } from '@threadlog/testing';
import { expectEverywhere } from './support/everywhere';
import { clientOf } from './support/people';
import { persist, type Acked } from './support/persistentWriter';
import { createSystem } from './support/system';
import { watch } from './support/watcher';

/** Every third takes broker and database with it. */
const KILLS = scale({ short: { postgres: 3, mongo: 1 }, long: { postgres: 10, mongo: 3 } });
const THREADS = 4;
const WRITERS = 8;
const ANN = { id: 'ann', tenant: 'crash-school' };

jest.setTimeout(300_000);

describe.each(['postgres', 'mongo'] as const)('SIGKILL in the middle of a load, messages in %s', (store) => {
  const stack = testStack();
  const cleanups = cleanupAfterAll();

  test('loses no acknowledged message, repeats none, and leaves no gap', async () => {
    const kafka = await stack.ownKafka();
    const dataDir = await mkdtemp(join(tmpdir(), 'threadlog-crash-'));
    const postgres = await startPostgres({ dataDir, durability: 'process' });
    cleanups.add(() => rm(dataDir, { recursive: true, force: true }));
    cleanups.add(() => postgres.kill());
    const system = await createSystem(
      {
        kafkaBrokers: kafka.brokers,
        databaseUrl: postgres.url,
        topicPrefix: '',
        ...(store === 'mongo' ? { mongoUrl: stack.freshMongo() } : {}),
      },
      cleanups,
    );
    await system.start();
    const client = clientOf(system.api, ANN);
    const threads: string[] = [];
    for (let index = 0; index < THREADS; index += 1) {
      const { body } = await client.call<ThreadResource>('POST', '/api/v1/threads', { title: `Room ${index}` });
      threads.push(body.id);
    }
    const watcher = watch(system.realtime, client, threads);
    cleanups.add(() => watcher.close());

    const acked: Acked[] = [];
    let writing = true;
    const writers = Array.from({ length: WRITERS }, async (_, writer) => {
      for (let count = 0; writing; count += 1) {
        const key = `w${writer}-${count}`;
        const threadId = threads[count % THREADS]!;
        acked.push(await persist(client, { threadId, key, content: `text of ${key}` }));
      }
    });
    for (let kill = 1; kill <= KILLS[store]; kill += 1) {
      const before = acked.length;
      await eventually(() => acked.length > before + 60, { timeoutMs: 30_000 });
      // Every third time the whole tree goes down: broker and database with it.
      const infrastructure = kill % 3 === 0 ? [kafka, postgres] : [];
      await Promise.all([system.kill(), ...infrastructure.map((server) => server.kill())]);
      await Promise.all(infrastructure.map((server) => server.restart()));
      system.launch();
    }
    await system.ready();
    const before = acked.length;
    await eventually(() => acked.length > before + 60, { timeoutMs: 30_000 });
    writing = false;
    await Promise.all(writers);

    const log = { brokers: kafka.brokers, topic: 'chat.events.v1' };
    await expectEverywhere({ log, acked, threads, reader: client, watcher });
    expect(await system.stop()).toBe(0);
  });
});
