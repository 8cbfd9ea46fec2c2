import { createErrorFromCode } from 'kafkajs/src/protocol/error';
import { requests } from 'kafkajs/src/protocol/requests';
import { createClient, type KafkaAccess, type Patience } from '../client';
import { clusterOf, type KafkaBroker } from '../cluster';
import type { LogLine } from '../../observer';
import { takeOver, type ConnectionOptions, type ProduceConnection } from './connection';

/** Who leads each partition, by the broker's id; -1 where nobody does. */
export type Leaders = readonly number[];

/** Whom the brokers take our batches to be from. */
export interface ProducerIdentity {
  producerId: bigint;
  producerEpoch: number;
}

/** What a producer needs of the brokers. */
export interface ProduceBrokers {
  /** Asks a broker who leads what. Rejects when none answers. */
  findLeaders(): Promise<Leaders>;
  /** A new identity, whose records are numbered from 0 in each partition. */
  initProducerId(): Promise<ProducerIdentity>;
  /** Opens a connection to a broker that the last `findLeaders` named. */
  connect(nodeId: number): Promise<ProduceConnection>;
}

interface Address {
  host: string;
  port: number;
}

interface MetadataAnswer {
  brokers: (Address & { nodeId: number })[];
  topicMetadata: { topicErrorCode: number; partitionMetadata: { partitionId: number; leader: number }[] }[];
}

const METADATA = 3;
const UNKNOWN_TOPIC = 3;

/**
 * The brokers by way of kafkajs's connections, each question on one of its own: they are rare, and asked when something
 * has failed, so that what was open is not to be relied on.
 */
export function createBrokers(
  access: KafkaAccess,
  patience: Patience,
  options: ConnectionOptions & { partitions: number; log: LogLine },
): ProduceBrokers {
  const { topic, partitions, log } = options;
  const cluster = clusterOf(createClient(access, patience, log).kafka);
  let known = new Map<number, Address>();

  async function open(address?: Address): Promise<KafkaBroker> {
    const connectionPool = await cluster.connectionPoolBuilder.build(address);
    const broker = cluster.brokerPool.createBroker({ connectionPool, logger: cluster.rootLogger });
    try {
      await broker.connect();
      return broker;
    } catch (error) {
      void broker.disconnect();
      throw error;
    }
  }

  /** Asks one broker after the other until one answers: those that are known, then those we were configured with. */
  async function ask<Answer>(question: (broker: KafkaBroker) => Promise<Answer>): Promise<Answer> {
    const addresses = [...shuffled([...known.values()]), ...access.brokers.map(() => undefined)];
    let failure: unknown = new Error('no broker is configured');
    for (const address of addresses) {
      try {
        const broker = await open(address);
        return await question(broker).finally(() => void broker.disconnect());
      } catch (error) {
        failure = error;
        if (!isRetriable(error)) break;
      }
    }
    throw failure;
  }

  return {
    async findLeaders() {
      const { brokers, topicMetadata } = await ask((broker) => fetchMetadata(broker, topic));
      known = new Map(brokers.map(({ nodeId, host, port }) => [nodeId, { host, port }]));
      const [found] = topicMetadata;
      if (!found || found.topicErrorCode !== 0) throw createErrorFromCode(found?.topicErrorCode ?? UNKNOWN_TOPIC);
      const leaders = Array.from({ length: partitions }, () => -1);
      for (const { partitionId, leader } of found.partitionMetadata) leaders[partitionId] = leader;
      return leaders;
    },
    async initProducerId() {
      const none = { transactionalId: undefined, transactionTimeout: undefined };
      const { producerId, producerEpoch } = await ask((broker) => broker.initProducerId(none));
      return { producerId: BigInt(producerId), producerEpoch };
    },
    async connect(nodeId) {
      const broker = await open(known.get(nodeId));
      try {
        return takeOver(broker, options);
      } catch (error) {
        void broker.disconnect();
        throw error;
      }
    },
  };
}

/** Whether to try again; kafkajs says so of its errors, and of those of the brokers. Of our own bugs nobody does. */
export function isRetriable(error: unknown): boolean {
  return error instanceof Error && 'retriable' in error && error.retriable === true;
}

/** Not through kafkajs's own metadata: it has none while a single partition is without a leader. */
function fetchMetadata(broker: KafkaBroker, topic: string): Promise<MetadataAnswer> {
  const ask = broker.lookupRequest<MetadataAnswer>(METADATA, requests.Metadata);
  const { request, response } = ask({ topics: [topic], allowAutoTopicCreation: false });
  return broker.connectionPool.send({
    request,
    response: { decode: (raw) => response.decode(raw), parse: (answer) => Promise.resolve(answer) },
  });
}

function shuffled<Item>(items: Item[]): Item[] {
  return items
    .map((item) => ({ item, order: Math.random() }))
    .sort((one, other) => one.order - other.order)
    .map(({ item }) => item);
}
