import type { BatchRecord, BatchStamp } from './recordBatch';

/* eslint-disable @typescript-eslint/no-require-imports -- parts of kafkajs that only tests compare with */

interface Encoded {
  buffer: Buffer;
}
interface DecodedRecord {
  offset: string;
  timestamp: string;
  key: Buffer | null;
  value: Buffer | null;
  headers: Record<string, Buffer>;
}
/** A batch as kafkajs decodes it. */
export interface DecodedBatch {
  producerId: string;
  producerEpoch: number;
  firstSequence: number;
  firstTimestamp: string;
  maxTimestamp: string;
  lastOffsetDelta: number;
  records: DecodedRecord[];
}

const Decoder = require('kafkajs/src/protocol/decoder') as new (bytes: Buffer) => unknown;
const decodeRecordBatch = require('kafkajs/src/protocol/recordBatch/v0/decoder') as (
  decoder: unknown,
) => Promise<DecodedBatch>;
const produce = require('kafkajs/src/protocol/requests/produce') as {
  protocol(of: { version: number }): (options: object) => { request: object };
};
const createRequest = require('kafkajs/src/protocol/request') as (options: object) => Promise<Encoded>;
const Long = require('kafkajs/src/utils/long') as { fromValue(value: string): unknown };

export const decodeBatch = (bytes: Buffer): Promise<DecodedBatch> => decodeRecordBatch(new Decoder(bytes));

/** A whole produce request, length in front, as kafkajs writes it. */
export async function kafkajsRequest(
  head: { version: number; correlationId: number; clientId: string; topic: string; timeoutMs: number },
  stamp: BatchStamp,
  partitions: { partition: number; records: BatchRecord[]; times: number[] }[],
): Promise<Buffer> {
  const { version, correlationId, clientId, topic, timeoutMs } = head;
  const { request } = produce.protocol({ version })({
    acks: -1,
    timeout: timeoutMs,
    producerId: Long.fromValue(String(stamp.producerId)),
    producerEpoch: stamp.producerEpoch,
    topicData: [
      {
        topic,
        partitions: partitions.map(({ partition, records, times }) => ({
          partition,
          firstSequence: stamp.sequence,
          messages: records.map((record, index) => ({ ...record, timestamp: String(times[index]) })),
        })),
      },
    ],
  });
  return (await createRequest({ request, correlationId, clientId })).buffer;
}
