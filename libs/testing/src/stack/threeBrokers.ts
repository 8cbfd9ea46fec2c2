import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startKafkaCluster, type Server } from '@threadlog/stack';
import type { Cleanups } from '../cleanup';
import { tcpProxy, type TcpProxy } from '../net/tcpProxy';

/** One of several: what is done to it harms nobody else's. */
export interface OwnBroker extends Server {
  /** In front of it, for clients and for the other brokers. */
  readonly proxy: TcpProxy;
}

const SIZE = 3;

/** Three brokers, each a controller too, always embedded; they go with their data at the end of the test file. */
export async function threeBrokers(cleanups: Cleanups): Promise<OwnBroker[]> {
  const dataDir = await mkdtemp(join(tmpdir(), 'threadlog-kafka-'));
  cleanups.add(() => rm(dataDir, { recursive: true, force: true }));
  const proxies = new Map<number, TcpProxy>();
  const advertise = async (port: number): Promise<number> => {
    const proxy = await tcpProxy({ target: { port } });
    cleanups.add(() => proxy.close());
    proxies.set(port, proxy);
    return proxy.port;
  };
  const servers = await startKafkaCluster({ dataDir, size: SIZE, advertise, jit: 'fast-start' });
  // Nobody needs their data any more. One that stands still ends all the same.
  for (const server of servers) cleanups.add(() => server.kill());
  return servers.map((server) => ({ ...server, proxy: proxies.get(server.port)! }));
}
