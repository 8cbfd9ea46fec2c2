import { putText, putUVarint, sizeOfUVarint } from './wire';

const PRODUCE = 0;
/** Record batches need version 3 (Kafka 0.11); from 9 on (Kafka 2.8) lengths are compact and fields may be tagged. */
export const PRODUCE_VERSIONS = { min: 3, max: 9 } as const;
const COMPACT_FROM = 9;
const ACKS_OF_ALL = -1;

export interface ProduceHead {
  version: number;
  correlationId: number;
  clientId: string;
  topic: string;
  /** How long the broker may wait for its replicas. */
  timeoutMs: number;
}

export interface PartitionBatch {
  partition: number;
  batch: Buffer;
}

/**
 * A produce request for one topic with its length in front, as it goes to the socket. `acks` is always all.
 * The versions differ in how lengths are written and nothing else: in older ones fixed (16 and 32 bits), in compact ones
 * varints of one more than the length, with an empty list of tagged fields behind each structure.
 */
export function encodeProduceRequest(head: ProduceHead, batches: readonly PartitionBatch[]): Buffer {
  const compact = head.version >= COMPACT_FROM;
  const into = Buffer.allocUnsafe(capacityFor(head, batches));
  let at = into.writeInt16BE(PRODUCE, 4);
  at = into.writeInt16BE(head.version, at);
  at = into.writeInt32BE(head.correlationId, at);
  at = putString(into, at, head.clientId, false);
  if (compact) at = putUVarint(into, at, 0);
  // No transaction: null.
  at = compact ? putUVarint(into, at, 0) : into.writeInt16BE(-1, at);
  at = into.writeInt16BE(ACKS_OF_ALL, at);
  at = into.writeInt32BE(head.timeoutMs, at);
  at = putCount(into, at, 1, compact);
  at = putString(into, at, head.topic, compact);
  at = putCount(into, at, batches.length, compact);
  for (const { partition, batch } of batches) {
    at = into.writeInt32BE(partition, at);
    at = putCount(into, at, batch.length, compact);
    at += batch.copy(into, at);
    if (compact) at = putUVarint(into, at, 0);
  }
  if (compact) at = putUVarint(into, putUVarint(into, at, 0), 0);
  into.writeInt32BE(at - 4, 0);
  return into.subarray(0, at);
}

function putCount(into: Buffer, at: number, count: number, compact: boolean): number {
  return compact ? putUVarint(into, at, count + 1) : into.writeInt32BE(count, at);
}

function putString(into: Buffer, at: number, text: string, compact: boolean): number {
  const bytes = Buffer.byteLength(text);
  return putText(into, compact ? putUVarint(into, at, bytes + 1) : into.writeInt16BE(bytes, at), text);
}

/** Room for the fixed fields of any version, and more. */
function capacityFor({ clientId, topic }: ProduceHead, batches: readonly PartitionBatch[]): number {
  const texts = Buffer.byteLength(clientId) + Buffer.byteLength(topic);
  return batches.reduce((sum, { batch }) => sum + batch.length + sizeOfUVarint(batch.length) + 8, 64 + texts);
}

/** What the broker says of one partition of the request: `errorCode` 0 and where its first record stands, or why not. */
export interface PartitionOutcome {
  partition: number;
  errorCode: number;
  baseOffset: number;
  /** Newer brokers say more than the code. */
  errorMessage: string | null;
}

export interface ProduceResponse {
  correlationId: number;
  outcomes: PartitionOutcome[];
  /** How long the broker wants to hear nothing from us. */
  throttleMs: number;
}

/** Reads a response without its length in front. */
export function decodeProduceResponse(raw: Buffer, version: number): ProduceResponse {
  const read = createCursor(raw, version >= COMPACT_FROM);
  const correlationId = read.int32();
  read.tags();
  const outcomes: PartitionOutcome[] = [];
  for (let topics = read.count(); topics > 0; topics -= 1) {
    read.text();
    for (let left = read.count(); left > 0; left -= 1) outcomes.push(readOutcome(read, version));
    read.tags();
  }
  return { correlationId, outcomes, throttleMs: read.int32() };
}

function readOutcome(read: Cursor, version: number): PartitionOutcome {
  const outcome = { partition: read.int32(), errorCode: read.int16(), baseOffset: read.int64(), errorMessage: null };
  read.int64(); // time of the append, where the topic's records have that
  if (version >= 5) read.int64(); // start of the log
  if (version < 8) return outcome;
  for (let records = read.count(); records > 0; records -= 1) {
    read.int32(); // index in the batch
    read.text();
    read.tags();
  }
  const errorMessage = read.text();
  read.tags();
  return { ...outcome, errorMessage };
}

type Cursor = ReturnType<typeof createCursor>;

/** Reads fields one after the other; throws a RangeError where there is nothing left. */
function createCursor(raw: Buffer, compact: boolean) {
  let at = 0;
  const advance = (bytes: number): number => (at += bytes) - bytes;
  const int16 = () => raw.readInt16BE(advance(2));
  const int32 = () => raw.readInt32BE(advance(4));
  function uvarint(): number {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = raw.readUInt8(advance(1));
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value >>> 0;
    }
  }
  return {
    int16,
    int32,
    int64: () => Number(raw.readBigInt64BE(advance(8))),
    count: () => (compact ? uvarint() - 1 : int32()),
    text(): string | null {
      const length = compact ? uvarint() - 1 : int16();
      if (length < 0) return null;
      const begin = advance(length);
      return raw.toString('utf8', begin, at);
    },
    /** Steps over tagged fields, which nothing here needs. */
    tags(): void {
      if (!compact) return;
      for (let fields = uvarint(); fields > 0; fields -= 1) {
        uvarint();
        advance(uvarint());
      }
    },
  };
}
