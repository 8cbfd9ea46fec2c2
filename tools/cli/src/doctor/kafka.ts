import { connect } from 'node:net';
import {
  advertisedBrokers,
  inspectTopic,
  type AdvertisedBroker,
  type KafkaAccess,
  type TopicInspection,
} from '@threadlog/log';
import { createKafkaAccess, EVENTS_TOPIC, kafkaMistake, type OperatorConfig } from '@threadlog/runtime';
import { ConfigError } from '@threadlog/service';
import { fault, ok, skipped, unless, warning, type Finding } from './finding';

const CONNECT_MS = 2_000;

/** What of the brokers and the events topic is as it has to be. `reached`: whether the log can be asked for more. */
export async function examineKafka(config: OperatorConfig): Promise<{ findings: Finding[]; reached: boolean }> {
  const without = (finding: Finding) => ({
    findings: [finding, skipped('topic', 'the brokers cannot be asked')],
    reached: false,
  });
  let access: KafkaAccess;
  try {
    access = createKafkaAccess(config);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return without(fault('kafka', error.message, 'set the variable as it says'));
  }
  try {
    const brokers = await advertisedBrokers(access);
    const advertised = await examineAdvertised(brokers);
    if (advertised.state === 'fault') return { ...without(advertised), findings: [advertised] };
    const topic = await inspectTopic(topicOf(config, access));
    const findings = [advertised, ...examineCluster(topic), ...examineTopic(config, access, topic)];
    return { findings, reached: topic.partitions === config.CHAT_PARTITIONS && topic.mismatch === null };
  } catch (error) {
    const mistake = await kafkaMistake(error, access);
    const away = `no broker answers at ${config.KAFKA_BROKERS.join(', ')}: ${(error as Error).message}`;
    return without(
      mistake
        ? fault('kafka', mistake, 'change that variable for every process')
        : fault('kafka', away, 'start the broker, or correct KAFKA_BROKERS; look at what is between here and there'),
    );
  }
}

function topicOf(config: OperatorConfig, access: KafkaAccess) {
  return {
    ...access,
    topic: `${config.KAFKA_TOPIC_PREFIX}${EVENTS_TOPIC}`,
    partitions: config.CHAT_PARTITIONS,
    replicationFactor: config.KAFKA_REPLICATION_FACTOR,
    retentionMs: -1,
  };
}

/** Brokers answer to one address and tell clients another: from there on clients use that. */
async function examineAdvertised(brokers: readonly AdvertisedBroker[]): Promise<Finding> {
  const tried = await Promise.all(brokers.map(async (broker) => ({ ...broker, reached: await isReached(broker) })));
  const names = (some: readonly AdvertisedBroker[]) =>
    some.map(({ id, host, port }) => `${host}:${port} (broker ${id})`).join(', ');
  const lost = tried.filter(({ reached }) => !reached);
  return unless(
    lost.length > 0 &&
      fault(
        'advertised addresses',
        `the brokers answer, and tell clients to come to ${names(lost)}, where nothing can be reached from here`,
        'set advertised.listeners of these brokers to names and ports that every process can reach',
      ),
    ok('advertised addresses', `${names(tried)} can be reached`),
  );
}

function isReached({ host, port }: AdvertisedBroker): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: CONNECT_MS });
    const end = (reached: boolean) => {
      socket.destroy();
      resolve(reached);
    };
    socket.once('connect', () => end(true));
    socket.once('timeout', () => end(false));
    socket.once('error', () => end(false));
  });
}

function examineCluster({ away, recent }: TopicInspection): Finding[] {
  return [
    unless(
      away.length > 0 &&
        fault(
          'brokers',
          `${away.join(', ')} of the cluster do not answer`,
          'start them: their copies of the log fall behind',
        ),
      ok('brokers', 'all of the cluster answer'),
    ),
    unless(
      !recent &&
        warning(
          'version of Kafka',
          'the brokers are older than Kafka 4.0',
          'upgrade them: this version is tested with 4.3',
        ),
      ok('version of Kafka', '4.0 or later'),
    ),
  ];
}

function examineTopic(config: OperatorConfig, access: KafkaAccess, found: TopicInspection): Finding[] {
  const { topic } = topicOf(config, access);
  const { partitions, mismatch, weaknesses, lagging } = found;
  if (partitions === null)
    return [
      fault(
        'topic',
        `there is no topic ${topic}`,
        'start a process, which makes it; if there was one, see KAFKA_BROKERS and KAFKA_TOPIC_PREFIX',
      ),
    ];
  const wanted = config.CHAT_PARTITIONS;
  return [
    unless(
      partitions !== wanted &&
        fault(
          'partitions',
          `topic ${topic} has ${partitions} partitions, not ${wanted}`,
          `set CHAT_PARTITIONS=${partitions}: the number of a log never changes`,
        ),
      ok('partitions', `${partitions}`),
    ),
    unless(
      mismatch !== null &&
        fault(
          'topic settings',
          mismatch,
          `kafka-configs.sh --alter --entity-type topics --entity-name ${topic} --add-config cleanup.policy=delete,retention.ms=-1,retention.bytes=-1, at once: records are being thrown away`,
        ),
      ok('topic settings', 'kept for ever, not compacted'),
    ),
    unless(
      weaknesses.length > 0 && fault('copies', weaknesses.join('; '), 'as it says; docs/operations.md, Topics'),
      ok('copies', 'copies, min ISR and elections are as they should be'),
    ),
    unless(
      lagging.length > 0 &&
        warning(
          'copies in sync',
          `partitions ${lagging.join(', ')} have copies that are not in sync`,
          'see the logs of the brokers that hold them',
        ),
      ok('copies in sync', 'all'),
    ),
  ];
}
