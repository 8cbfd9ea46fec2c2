import type { ThreadResource } from '@threadlog/events';
import { cleanupAfterAll, eventually, longOnly, testStack } from '@threadlog/testing';
import { assign, partitionsOf, withAdmin } from './support/clusterAdmin';
import { expectEverywhere } from './support/everywhere';
import { clientOf } from './support/people';
import { keepWriting } from './support/persistentWriter';
import { createSystem } from './support/system';
import { watch } from './support/watcher';

const NODES = [1, 2, 3];
const ANN = { id: 'ann', tenant: 'growth' };

jest.setTimeout(300_000);

longOnly(describe)('a deployment that began with one broker', () => {
  const stack = testStack();
  const cleanups = cleanupAfterAll();

  test('gets two more and three copies of everything while it writes, without a restart, and then one may go', async () => {
    const cluster = await stack.ownCluster(3, 1);
    await cluster.start(0);
    const first = cluster.brokers.slice(0, 1);
    const databaseUrl = await stack.freshDatabase();
    const system = await createSystem({ kafkaBrokers: first, databaseUrl, topicPrefix: '' }, cleanups);
    await system.start();
    const client = clientOf(system.api, ANN);
    const threads: string[] = [];
    for (let index = 0; index < 12; index += 1) {
      const { body, status } = await client.call<ThreadResource>('POST', '/api/v1/threads', { title: `${index}` });
      expect(status).toBe(201);
      threads.push(body.id);
    }
    const watcher = watch(system.realtime, client, threads);
    cleanups.add(() => watcher.close());
    const writing = threads.map((id) => keepWriting(client, id, 1));

    const second = await cluster.start(1);
    await cluster.start(2);
    await withAdmin(first, async (admin) => {
      for (const topic of await admin.listTopics()) {
        const partitions = await partitionsOf(admin, topic);
        const spread = partitions.map(({ partitionId }) => ({
          partition: partitionId,
          replicas: NODES.map((_, at) => NODES[(partitionId + at) % NODES.length]!),
        }));
        await assign(admin, topic, spread);
      }
      const configEntries = [{ name: 'min.insync.replicas', value: '2' }];
      await admin.alterConfigs({
        validateOnly: false,
        resources: [{ type: 2, name: 'chat.events.v1', configEntries }],
      });
    });

    await second.kill();
    // Every thread goes on: its partition is led by one that is left.
    const versions = () => Promise.all(threads.map(async (id) => (await seqOf(client, id)) ?? 0));
    const before = await versions();
    await eventually(async () => (await versions()).every((seq, index) => seq > before[index]! + 2), {
      timeoutMs: 60_000,
    });

    const acked = (await Promise.all(writing.map((one) => one.end()))).flat();
    const log = { brokers: cluster.brokers, topic: 'chat.events.v1' };
    await expectEverywhere({ log, acked, threads, reader: client, watcher });
    expect(await system.stop()).toBe(0);
  });
});

async function seqOf(client: ReturnType<typeof clientOf>, threadId: string): Promise<number | undefined> {
  return (await client.call<ThreadResource>('GET', `/api/v1/threads/${threadId}`)).body.seq;
}
