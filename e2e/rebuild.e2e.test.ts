import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { ThreadResource } from '@threadlog/events';
import { createDatabase, liveGenerations } from '@threadlog/read-models';
import { cleanupAfterAll, envOfChild, eventually, scale, testStack } from '@threadlog/testing';
import { expectEverywhere } from './support/everywhere';
import { goesOn, putUnderLoad } from './support/load';
import { cli } from './support/operator';
import { clientOf } from './support/people';
import { createSystem, SECRETS } from './support/system';
import { watch } from './support/watcher';

const ROOT = join(__dirname, '..');
const CLI = [join(ROOT, 'node_modules', '.bin', 'node'), join(ROOT, 'tools', 'cli', 'dist', 'main.js')] as const;
const ANN = { id: 'ann', tenant: 'rebuild-school' };
const THREADS = 6;
const LOAD = scale({
  short: { writers: 3, readers: 1, pauseMs: 10 },
  long: { writers: 24, readers: 8, pauseMs: 20 },
});

jest.setTimeout(300_000);

describe('a read model that is built again under load', () => {
  const stack = testStack();
  const cleanups = cleanupAfterAll();

  test('comes to the same as the served one, though the command and the projector were killed, and nobody sees the flip', async () => {
    const env = {
      KAFKA_BROKERS: stack.kafkaBrokers.join(','),
      KAFKA_TOPIC_PREFIX: stack.topicPrefix(),
      DATABASE_URL: await stack.freshDatabase(),
      SEALING_MASTER_KEY: SECRETS.SEALING_MASTER_KEY,
    };
    const shared = {
      kafkaBrokers: stack.kafkaBrokers,
      databaseUrl: env.DATABASE_URL,
      topicPrefix: env.KAFKA_TOPIC_PREFIX,
    };
    const projector = await createSystem({ ...shared, roles: 'projector' }, cleanups);
    const rest = await createSystem({ ...shared, roles: 'command-api,query-api,realtime' }, cleanups);
    await Promise.all([projector.start(), rest.start()]);
    const client = clientOf(rest.api, ANN);
    const threads: string[] = [];
    for (let index = 0; index < THREADS; index += 1) {
      const { body } = await client.call<ThreadResource>('POST', '/api/v1/threads', { title: `Room ${index}` });
      threads.push(body.id);
    }
    const watcher = watch(rest.realtime, client, threads);
    cleanups.add(() => watcher.close());
    const load = putUnderLoad(client, { threads, ...LOAD });
    await goesOn(load);
    const database = createDatabase({ url: env.DATABASE_URL });
    cleanups.add(() => database.end());
    const states = async () => (await liveGenerations(database)).map(({ state }) => state);

    // Nobody builds while the projector is away, so that the command is killed in the middle of it.
    await projector.kill();
    const begun = spawn(CLI[0], [CLI[1], 'rebuild'], { env: { ...envOfChild(), ...env }, stdio: 'ignore' });
    const ended = once(begun, 'exit');
    cleanups.add(() => void begun.kill('SIGKILL'));
    await eventually(async () => expect(await states()).toEqual(['active', 'building']), { timeoutMs: 30_000 });
    begun.kill('SIGKILL');
    await ended;
    await projector.start();
    await projector.kill();
    const again = cli(env, ['rebuild']);
    await projector.start();
    expect(await again).toMatchObject({ code: 0, json: { generation: 2, served: 2 } });
    expect(await states()).toEqual(['retired', 'active']);
    await goesOn(load);
    await load.end();

    expect(load.faults).toEqual([]);
    const log = { brokers: stack.kafkaBrokers, topic: `${env.KAFKA_TOPIC_PREFIX}chat.events.v1` };
    await expectEverywhere({ log, acked: load.acked, threads, reader: client, watcher });
    await eventually(
      async () => expect(await cli(env, ['generations', 'compare', '1', '2'])).toMatchObject({ code: 0 }),
      { timeoutMs: 30_000, intervalMs: 200 },
    );
  });
});
