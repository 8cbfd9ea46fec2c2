import type { Kafka } from 'kafkajs';
import Decoder from 'kafkajs/src/protocol/decoder';
import Encoder from 'kafkajs/src/protocol/encoder';

const METADATA = 3;
/** The first version that any broker with topic ids by name answers; kafkajs itself stops at 6. */
const VERSION = 12;
const NO_ID = Buffer.alloc(16);

interface ProtocolRequest {
  request: { apiKey: number; apiVersion: number; apiName: string; encode(): Promise<Encoder> };
  response: { decode(raw: Buffer): Promise<string | null>; parse(id: string | null): Promise<string | null> };
}
interface Cluster {
  connect(): Promise<void>;
  disconnect(): Promise<void>;
  refreshMetadata(): Promise<void>;
  findControllerBroker(): Promise<{
    versions: Record<number, { maxVersion: number } | undefined>;
    connectionPool: { send(request: ProtocolRequest): Promise<string | null> };
  }>;
}

/**
 * Asks for the topic's id, which changes when a topic is deleted and created again. kafkajs knows no such request, so
 * it is put together here and sent over one of its connections, with its TLS and SASL. Null where the broker is too old.
 */
export async function fetchTopicId(kafka: Kafka, topic: string): Promise<string | null> {
  const cluster = clusterOf(kafka);
  try {
    await cluster.connect();
    await cluster.refreshMetadata();
    const broker = await cluster.findControllerBroker();
    if ((broker.versions[METADATA]?.maxVersion ?? 0) < VERSION) return null;
    return await broker.connectionPool.send(topicIdRequest(topic));
  } finally {
    await cluster.disconnect();
  }
}

function clusterOf(kafka: Kafka): Cluster {
  const key = Object.getOwnPropertySymbols(kafka).find(
    ({ description }) => description === 'private:Kafka:createCluster',
  );
  const create = key && (kafka as unknown as Record<symbol, (options: object) => Cluster>)[key];
  if (!create) throw new Error('this is not kafkajs 2.2.4');
  return create({ allowAutoTopicCreation: false });
}

function topicIdRequest(topic: string): ProtocolRequest {
  return {
    request: {
      apiKey: METADATA,
      apiVersion: VERSION,
      apiName: 'Metadata',
      // The first byte ends the header: this version's has tagged fields, those that kafkajs writes have none.
      encode: async () => {
        const wanted = new Encoder();
        wanted.writeBufferInternal(NO_ID);
        wanted.writeUVarIntString(topic).writeUVarInt(0);
        return new Encoder()
          .writeUVarInt(0)
          .writeUVarIntArray([wanted], 'object')
          .writeBoolean(false)
          .writeBoolean(false)
          .writeUVarInt(0);
      },
    },
    response: { decode: async (raw) => decodeTopicId(new Decoder(raw)), parse: async (id) => id },
  };
}

/** Metadata Response v12, up to the id of its first topic. */
function decodeTopicId(decoder: Decoder): string | null {
  decoder.readTaggedFields();
  decoder.readInt32(); // throttle time
  decoder.readUVarIntArray((broker) => {
    broker.readInt32();
    broker.readUVarIntString();
    broker.readInt32();
    broker.readUVarIntString();
    broker.readTaggedFields();
  });
  decoder.readUVarIntString(); // cluster id
  decoder.readInt32(); // controller
  const topics = decoder.readUVarInt() - 1;
  if (topics < 1 || decoder.readInt16() !== 0) return null;
  decoder.readUVarIntString(); // name
  const id = decoder.readAll().subarray(0, NO_ID.length);
  return id.equals(NO_ID) ? null : id.toString('base64url');
}
