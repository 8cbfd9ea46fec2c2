import { join } from 'node:path';

export interface KafkaAddresses {
  port: number;
  controllerPort: number;
  /** What clients are told to connect to; a proxy in front of the broker in fault tests. */
  advertisedPort: number;
}

/** A further way in, beside the plain one: with TLS, or with a login. */
export interface KafkaListener {
  /** In capitals, as `TLS`. */
  name: string;
  port: number;
  protocol: 'SSL' | 'SASL_SSL' | 'SASL_PLAINTEXT';
  /** Settings of this listener alone: certificates, mechanisms. */
  settings: Readonly<Record<string, string>>;
}

/** A controller of a cluster: where it listens, and the id of its data, which the others know it by. */
export interface Voter {
  nodeId: number;
  controllerPort: number;
  directoryId: string;
}

/** A node of a cluster. */
export interface Member {
  clusterId: string;
  nodeId: number;
  /** Nodes of the cluster: of what Kafka keeps for itself there are so many copies, three at most. 1 by default. */
  size?: number;
  /** All controllers, each a broker too. Without them the first node controls the others. */
  voters?: readonly Voter[];
}

const FIRST_NODE = 1;

/** Whether a node is a controller beside being a broker. */
export const controls = ({ nodeId, voters }: Member): boolean =>
  voters ? voters.some((voter) => voter.nodeId === nodeId) : nodeId === FIRST_NODE;

/** A node, listening on the loopback interface only. */
export const kafkaProperties = (
  folder: string,
  { port, controllerPort, advertisedPort }: KafkaAddresses,
  member: Member,
  more: readonly KafkaListener[] = [],
): string => {
  const { nodeId, size = 1, voters } = member;
  const controller = controls(member);
  const copies = Math.min(size, 3);
  const controllers = voters?.map((voter) => voter.controllerPort) ?? [controllerPort];
  const own = more.map(({ name, port: at }) => `,${name}://127.0.0.1:${at}`).join('');
  const properties: Record<string, string | number | boolean> = {
    'process.roles': controller ? 'broker,controller' : 'broker',
    'node.id': nodeId,
    listeners: `PLAINTEXT://127.0.0.1:${port}${controller ? `,CONTROLLER://127.0.0.1:${controllerPort}` : ''}${own}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${advertisedPort}${own}`,
    'controller.listener.names': 'CONTROLLER',
    'listener.security.protocol.map': [
      'CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT',
      ...more.map(({ name, protocol }) => `${name}:${protocol}`),
    ].join(','),
    ...settingsOf(more),
    'controller.quorum.bootstrap.servers': controllers.map((at) => `127.0.0.1:${at}`).join(','),
    'log.dirs': join(folder, 'log'),
    'auto.create.topics.enable': false,
    // Of each file of a log there are two such indexes, which are there in full from the beginning. Of 10 MB by default.
    'log.index.size.max.bytes': 1_048_576,
    'offsets.topic.replication.factor': copies,
    'offsets.topic.num.partitions': 4,
    'transaction.state.log.replication.factor': copies,
    'transaction.state.log.min.isr': 1,
    'transaction.state.log.num.partitions': 4,
    'share.coordinator.state.topic.replication.factor': copies,
    'share.coordinator.state.topic.min.isr': 1,
    'share.coordinator.state.topic.num.partitions': 4,
    // The default of 3 s is for groups of many members that start together.
    'group.initial.rebalance.delay.ms': 0,
    // After a SIGKILL the controller waits for the old session to end; the defaults cost 12 s until the broker listens.
    ...sessionSettings(member),
    'initial.broker.registration.timeout.ms': 60_000,
  };
  const lines = Object.entries(properties).map(([key, value]) => `${key}=${String(value)}`);
  return `${lines.join('\n')}\n`;
};

/**
 * After how long a node is taken for dead. Where several control, what a lost one led is silent until then, and where it was the
 * active controller for an election more: Kafka's defaults cost 9 and 12 s. Of two, one that is only slow must not be taken for
 * dead: its partitions would be left to the other alone.
 */
const sessionSettings = ({ size = 1, voters }: Member): Record<string, number> =>
  voters
    ? {
        'broker.session.timeout.ms': 2_000,
        'broker.heartbeat.interval.ms': 300,
        'controller.quorum.fetch.timeout.ms': 1_000,
        'controller.quorum.election.timeout.ms': 500,
        'controller.quorum.election.backoff.max.ms': 500,
      }
    : {
        'broker.session.timeout.ms': size > 1 ? 6_000 : 1_000,
        'broker.heartbeat.interval.ms': size > 1 ? 500 : 200,
      };

const settingsOf = (listeners: readonly KafkaListener[]): Record<string, string> =>
  Object.fromEntries(
    listeners.flatMap(({ name, settings }) =>
      Object.entries(settings).map(([key, value]) => [`listener.name.${name.toLowerCase()}.${key}`, value]),
    ),
  );
