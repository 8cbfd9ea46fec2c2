import Decoder from 'kafkajs/src/protocol/decoder';
import Encoder from 'kafkajs/src/protocol/encoder';
import { silent } from '../observer';
import { askBroker } from './askBroker';
import { BOUNDED, createClient, type KafkaAccess } from './client';

const DESCRIBE_LOG_DIRS = 35;
const VERSION = 1;
const ALL_TOPICS = -1;

/**
 * Bytes of a topic in a broker's files, all partitions that the broker holds together: record batches as they stand there,
 * without the broker's own indexes. Of one broker only, whichever is the controller: it is meant for clusters of one.
 */
export async function topicBytes(access: KafkaAccess, topic: string): Promise<number> {
  const client = createClient(access, BOUNDED, silent);
  try {
    const bytes = await askBroker(client.kafka, {
      apiKey: DESCRIBE_LOG_DIRS,
      apiVersion: VERSION,
      apiName: 'DescribeLogDirs',
      encode: () => new Encoder().writeInt32(ALL_TOPICS),
      decode: (raw) => decodeSizes(new Decoder(raw), topic),
    });
    if (bytes === null) throw new Error('the broker is too old to tell how large a topic is');
    return bytes;
  } finally {
    await client.close();
  }
}

/** DescribeLogDirs Response v1: the sizes of the topic's partitions, summed up. */
function decodeSizes(decoder: Decoder, wanted: string): number {
  let bytes = 0;
  decoder.readInt32(); // throttle time
  decoder.readArray((directory) => {
    const error = directory.readInt16();
    if (error !== 0) throw new Error(`the broker does not tell how large a topic is: error ${error}`);
    directory.readString(); // its path
    directory.readArray((found) => {
      const isWanted = found.readString() === wanted;
      found.readArray((partition) => {
        partition.readInt32(); // number
        const size = Number(partition.readInt64());
        partition.readInt64(); // lag
        partition.readBoolean(); // whether it is still being moved here
        if (isWanted) bytes += size;
      });
    });
  });
  return bytes;
}
