import type { Kafka } from 'kafkajs';
import type Encoder from 'kafkajs/src/protocol/encoder';
import type { KnownVersions } from 'kafkajs/src/protocol/requests';
import type { Socket } from 'node:net';

/** A request in kafkajs's form. `decode` reads the answer, `parse` refuses what says that something failed. */
export interface ProtocolRequest<Decoded, Answer = Decoded> {
  request: { apiKey: number; apiVersion: number; apiName: string; encode(): Promise<Encoder> };
  response: { decode(raw: Buffer): Promise<Decoded>; parse(decoded: Decoded): Promise<Answer> };
}

export interface KafkaConnection {
  /** There once the broker is connected. */
  socket: Socket;
  sasl: unknown;
  /** False again when the time that the broker gave has nearly run out. */
  isAuthenticated(): boolean;
  /** Hears every chunk that arrives. */
  processData(chunk: Buffer): void;
  requestQueue: {
    /** Ends its timers. */
    destroy(): void;
  };
}

export interface KafkaConnectionPool {
  /** The first is for everything but fetching. */
  pool: KafkaConnection[];
  send<Decoded, Answer>(request: ProtocolRequest<Decoded, Answer>): Promise<Answer>;
}

export interface KafkaBroker {
  /** What it speaks, by API key; null until it was asked. */
  versions: Record<number, { minVersion: number; maxVersion: number } | undefined> | null;
  connectionPool: KafkaConnectionPool;
  /** Connects, asks for versions, authenticates. */
  connect(): Promise<void>;
  disconnect(): Promise<void>;
  initProducerId(options: {
    transactionalId: undefined;
    transactionTimeout: undefined;
  }): Promise<{ producerId: string; producerEpoch: number }>;
  /** The request in the highest version that it and kafkajs speak. */
  lookupRequest<Decoded>(apiKey: number, known: KnownVersions): (options: object) => ProtocolRequest<Decoded, unknown>;
}

/** The parts of kafkajs's cluster that we use: a way to the brokers, with TLS and SASL. */
export interface KafkaCluster {
  rootLogger: unknown;
  connect(): Promise<void>;
  disconnect(): Promise<void>;
  refreshMetadata(): Promise<void>;
  findControllerBroker(): Promise<KafkaBroker>;
  connectionPoolBuilder: { build(address?: { host: string; port: number }): Promise<KafkaConnectionPool> };
  brokerPool: {
    /** As last fetched. */
    metadata: { brokers: { nodeId: number; host: string; port: number }[] } | null;
    createBroker(options: { connectionPool: KafkaConnectionPool; logger: unknown }): KafkaBroker;
  };
}

/** A cluster of the client's settings, not connected; `Kafka` itself shows none. */
export function clusterOf(kafka: Kafka): KafkaCluster {
  const key = Object.getOwnPropertySymbols(kafka).find(
    ({ description }) => description === 'private:Kafka:createCluster',
  );
  const create = key && (kafka as unknown as Record<symbol, (options: object) => KafkaCluster>)[key];
  if (!create) throw new Error('this is not kafkajs 2.2.4');
  return create({ allowAutoTopicCreation: false });
}
