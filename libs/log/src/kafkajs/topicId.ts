import type { Kafka } from 'kafkajs';
import Decoder from 'kafkajs/src/protocol/decoder';
import Encoder from 'kafkajs/src/protocol/encoder';
import { askBroker } from './askBroker';

const METADATA = 3;
/** The first version that any broker with topic ids by name answers; kafkajs itself stops at 6. */
const VERSION = 12;
const NO_ID = Buffer.alloc(16);

/**
 * Asks for the topic's id, which changes when a topic is deleted and created again. Null where the broker is too old.
 */
export function fetchTopicId(kafka: Kafka, topic: string): Promise<string | null> {
  return askBroker(kafka, {
    apiKey: METADATA,
    apiVersion: VERSION,
    apiName: 'Metadata',
    encode() {
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
    decode: (raw) => decodeTopicId(new Decoder(raw)),
  });
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
