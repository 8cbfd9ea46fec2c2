import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, layout, startKafka, type Server } from '@threadlog/stack';
import type { Cleanups } from '../cleanup';
import { kafkaProxy, type KafkaProxy } from '../net/kafkaProxy';

/** A broker of one's own: `kill`, `restart` and `signal('SIGSTOP')` harm nobody else. */
export interface OwnKafka extends Server {
  /** Through the proxy. */
  readonly brokers: string[];
  /** Stands in front of the broker and loses connections and responses on command. */
  readonly proxy: KafkaProxy;
  /** Where the partitions lie. */
  readonly logDir: string;
}

/** Starts a broker, always embedded, that the test may kill; it goes with its data at the end of the test file. */
export const ownKafka = async (cleanups: Cleanups): Promise<OwnKafka> => {
  const port = await freePort();
  const proxy = await kafkaProxy({ target: { port } });
  cleanups.add(() => proxy.close());
  const dataDir = await mkdtemp(join(tmpdir(), 'threadlog-kafka-'));
  cleanups.add(() => rm(dataDir, { recursive: true, force: true }));
  const server = await startKafka({ dataDir, port, advertisedPort: proxy.port, jit: 'fast-start' });
  // Nobody needs its data any more, so there is nothing to shut down in order.
  cleanups.add(() => server.kill());
  return { ...server, brokers: [server.url], proxy, logDir: join(layout(dataDir).kafka, 'log') };
};
