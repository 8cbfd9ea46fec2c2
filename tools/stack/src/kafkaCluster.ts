import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { StackError } from './errors';
import { newKafkaId, prepareKafka, startKafka, type KafkaOptions } from './kafka';
import type { Voter } from './kafkaProperties';
import { freePort } from './ports';
import type { Server } from './server';

export interface KafkaClusterOptions extends Pick<KafkaOptions, 'dataDir' | 'jit' | 'log'> {
  size: number;
  /**
   * Of the first broker and its controller; the next ones' are two higher each. Free ports are taken where none is given. A
   * cluster keeps those that it began with.
   */
  ports?: { first: number; firstController: number } | undefined;
  /** A port in front of a broker's own, which everybody is told to connect to: a proxy's in fault tests. */
  advertise?: (port: number) => Promise<number>;
}

/** What a cluster is known by, from its first start on: its nodes have the controllers' ports in their own log. */
interface ClusterFile {
  clusterId: string;
  nodes: (Voter & { port: number })[];
}

const fileOf = (dataDir: string) => join(dataDir, 'kafka-cluster.json');
const folderOf = (dataDir: string, nodeId: number) => join(dataDir, `kafka-${nodeId}`);

const newCluster = async ({ size, ports }: KafkaClusterOptions): Promise<ClusterFile> => {
  const nodes: ClusterFile['nodes'] = [];
  for (let index = 0; index < size; index += 1) {
    const port = ports ? ports.first + 2 * index : await freePort();
    const controllerPort = ports ? ports.firstController + 2 * index : await freePort();
    nodes.push({ nodeId: index + 1, port, controllerPort, directoryId: newKafkaId() });
  }
  return { clusterId: newKafkaId(), nodes };
};

const knownCluster = (dataDir: string): ClusterFile | null =>
  existsSync(fileOf(dataDir)) ? (JSON.parse(readFileSync(fileOf(dataDir), 'utf8')) as ClusterFile) : null;

/**
 * Brokers that the data directory was begun with; null where it holds no log. A log is not carried over from one number to
 * another by itself.
 */
export const brokersOf = (dataDir: string): number | null =>
  knownCluster(dataDir)?.nodes.length ?? (existsSync(join(dataDir, 'kafka')) ? 1 : null);

const clusterOf = async (options: KafkaClusterOptions): Promise<ClusterFile> => {
  const { dataDir, ports } = options;
  const known = knownCluster(dataDir);
  const first = known?.nodes[0];
  if (known && first && ports && (first.port !== ports.first || first.controllerPort !== ports.firstController)) {
    throw new StackError(
      `The cluster in ${dataDir} listens on port ${first.port}, its controller on ${first.controllerPort}, and cannot be moved.`,
      `Start it with KAFKA_PORT=${first.port} KAFKA_CONTROLLER_PORT=${first.controllerPort}, or start over with --fresh.`,
    );
  }
  const cluster = known ?? (await newCluster(options));
  mkdirSync(dataDir, { recursive: true });
  writeFileSync(fileOf(dataDir), JSON.stringify(cluster, null, 2));
  return cluster;
};

/**
 * Starts a cluster, each node of which is a broker and a controller, so that any one of three may go.
 * @returns its brokers, the first first. @throws StackError with what to do; then none of them runs.
 */
export const startKafkaCluster = async (options: KafkaClusterOptions): Promise<Server[]> => {
  const { dataDir, jit, log, advertise = (port: number) => Promise.resolve(port) } = options;
  const { clusterId, nodes } = await clusterOf(options);
  const size = nodes.length;
  // All use what is made on first use.
  await prepareKafka(log ?? (() => undefined));
  const starting = nodes.map(async ({ nodeId, port, controllerPort }) =>
    startKafka({
      dataDir: folderOf(dataDir, nodeId),
      port,
      controllerPort,
      advertisedPort: await advertise(port),
      member: { clusterId, nodeId, size, voters: nodes },
      ...{ jit, log },
    }),
  );
  const results = await Promise.allSettled(starting);
  const servers = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  const failed = results.find((result) => result.status === 'rejected');
  if (!failed) return servers;
  await Promise.all(servers.map((server) => server.kill()));
  throw failed.reason;
};
