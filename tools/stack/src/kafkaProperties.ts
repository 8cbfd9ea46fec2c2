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

/** The node that controls a cluster; the others are brokers alone. */
export const CONTROLLING_NODE = 1;

/** A node, listening on the loopback interface only: the first as broker and controller, others as brokers. */
export const kafkaProperties = (
  folder: string,
  { port, controllerPort, advertisedPort }: KafkaAddresses,
  { nodeId, ofSeveral = false }: { nodeId: number; ofSeveral?: boolean },
  more: readonly KafkaListener[] = [],
): string => {
  const controls = nodeId === CONTROLLING_NODE;
  const own = more.map(({ name, port: at }) => `,${name}://127.0.0.1:${at}`).join('');
  const properties: Record<string, string | number | boolean> = {
    'process.roles': controls ? 'broker,controller' : 'broker',
    'node.id': nodeId,
    listeners: `PLAINTEXT://127.0.0.1:${port}${controls ? `,CONTROLLER://127.0.0.1:${controllerPort}` : ''}${own}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${advertisedPort}${own}`,
    'controller.listener.names': 'CONTROLLER',
    'listener.security.protocol.map': [
      'CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT',
      ...more.map(({ name, protocol }) => `${name}:${protocol}`),
    ].join(','),
    ...settingsOf(more),
    'controller.quorum.bootstrap.servers': `127.0.0.1:${controllerPort}`,
    'log.dirs': join(folder, 'log'),
    'auto.create.topics.enable': false,
    'offsets.topic.replication.factor': ofSeveral ? 2 : 1,
    'offsets.topic.num.partitions': 4,
    'transaction.state.log.replication.factor': ofSeveral ? 2 : 1,
    'transaction.state.log.min.isr': 1,
    'transaction.state.log.num.partitions': 4,
    'share.coordinator.state.topic.replication.factor': ofSeveral ? 2 : 1,
    'share.coordinator.state.topic.min.isr': 1,
    'share.coordinator.state.topic.num.partitions': 4,
    // The default of 3 s is for groups of many members that start together.
    'group.initial.rebalance.delay.ms': 0,
    // After a SIGKILL the controller waits for the old session to end; the defaults cost 12 s until the broker listens.
    // Of several, one that is only slow must not be taken for dead: its partitions would be left to another alone.
    'broker.session.timeout.ms': ofSeveral ? 6_000 : 1_000,
    'broker.heartbeat.interval.ms': ofSeveral ? 500 : 200,
    'initial.broker.registration.timeout.ms': 60_000,
  };
  const lines = Object.entries(properties).map(([key, value]) => `${key}=${String(value)}`);
  return `${lines.join('\n')}\n`;
};

const settingsOf = (listeners: readonly KafkaListener[]): Record<string, string> =>
  Object.fromEntries(
    listeners.flatMap(({ name, settings }) =>
      Object.entries(settings).map(([key, value]) => [`listener.name.${name.toLowerCase()}.${key}`, value]),
    ),
  );
