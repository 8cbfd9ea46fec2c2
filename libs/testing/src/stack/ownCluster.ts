import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, newKafkaId, startKafka, type Server } from '@threadlog/stack';
import type { Cleanups } from '../cleanup';

/** A cluster of one's own, each broker of which is started by the test. */
export interface OwnCluster {
  /** Of all brokers, also of those that do not run. */
  readonly brokers: string[];
  /** Starts a broker for the first time; the first one, 0, controls the others and comes before them. */
  start(index: number): Promise<Server>;
}

/**
 * Brokers, always embedded, with data that go at the end of the test file. `began` tells how many of them the cluster begins
 * with: of what Kafka keeps for itself there are so many copies.
 */
export async function ownCluster(cleanups: Cleanups, size: number, began = size): Promise<OwnCluster> {
  const clusterId = newKafkaId();
  const controllerPort = await freePort();
  const ports: number[] = [];
  for (let index = 0; index < size; index += 1) ports.push(await freePort());
  return {
    brokers: ports.map((port) => `127.0.0.1:${port}`),
    async start(index) {
      const dataDir = await mkdtemp(join(tmpdir(), 'threadlog-kafka-'));
      cleanups.add(() => rm(dataDir, { recursive: true, force: true }));
      const member = { clusterId, nodeId: index + 1, size: began };
      const server = await startKafka({ dataDir, port: ports[index]!, controllerPort, member, jit: 'fast-start' });
      cleanups.add(() => server.kill());
      return server;
    },
  };
}
