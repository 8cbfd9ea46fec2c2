import type { Admin, Kafka } from 'kafkajs';
import Decoder from 'kafkajs/src/protocol/decoder';
import Encoder from 'kafkajs/src/protocol/encoder';
import { askBroker } from './askBroker';

/** A broker of the cluster that does not answer, as an operator would name it. */
export interface ClusterBrokers {
  live: number;
  /** Those that are registered, hold copies, or are configured, and do not answer: `broker 3`, `kafka-3:9092`. */
  away: string[];
  /** Whether they are of Kafka 4.0 or later. */
  recent: boolean;
}

const DESCRIBE_CLUSTER = 60;
/** The first version that also tells of registered brokers that are away (Kafka 4.0). */
const VERSION = 2;
const ENDPOINT_BROKERS = 1;

/**
 * The brokers of the whole cluster, not only those that are up: a topic that is created while one is down would have fewer
 * copies for ever. Metadata tells of the living alone, so the controller's registrations are asked for, the copies of all
 * topics are looked at, and the brokers that we are configured with are counted: one that never started is known nowhere else.
 */
export async function clusterBrokers(
  admin: Admin,
  kafka: Kafka,
  configured: readonly string[],
): Promise<ClusterBrokers> {
  const { brokers } = await admin.describeCluster();
  const alive = new Set(brokers.map(({ nodeId }) => nodeId));
  const { topics } = await admin.fetchTopicMetadata();
  const holding = topics.flatMap(({ partitions }) => partitions.flatMap(({ replicas }) => replicas));
  const registered = await fetchRegistered(kafka);
  const known = new Set([...alive, ...holding, ...(registered ?? [])]);
  const away = [...known].filter((id) => !alive.has(id)).sort((one, other) => one - other);
  const addresses = new Set(brokers.map(({ host, port }) => `${host}:${port}`));
  const unknown = new Set(configured.length > known.size ? configured.filter((each) => !addresses.has(each)) : []);
  return { live: alive.size, away: [...away.map((id) => `broker ${id}`), ...unknown], recent: registered !== null };
}

/** Ids of all registered brokers; null where the cluster is older than the question. */
function fetchRegistered(kafka: Kafka): Promise<number[] | null> {
  return askBroker(kafka, {
    apiKey: DESCRIBE_CLUSTER,
    apiVersion: VERSION,
    apiName: 'DescribeCluster',
    encode: () =>
      new Encoder().writeUVarInt(0).writeBoolean(false).writeInt8(ENDPOINT_BROKERS).writeBoolean(true).writeUVarInt(0),
    decode: (raw) => decodeRegistered(new Decoder(raw)),
  });
}

/** DescribeCluster Response v2, up to its brokers. */
function decodeRegistered(decoder: Decoder): number[] {
  decoder.readTaggedFields();
  decoder.readInt32(); // throttle time
  const error = decoder.readInt16();
  const message = decoder.readUVarIntString();
  if (error !== 0) throw new Error(`the cluster was not described: ${message ?? error}`);
  decoder.readInt8(); // endpoint type
  decoder.readUVarIntString(); // cluster id
  decoder.readInt32(); // controller
  const ids: number[] = [];
  decoder.readUVarIntArray((broker) => {
    ids.push(broker.readInt32());
    broker.readUVarIntString(); // host
    broker.readInt32(); // port
    broker.readUVarIntString(); // rack
    broker.readInt8(); // fenced
    broker.readTaggedFields();
  });
  return ids;
}
