import { compressed, GZIP, type Compression } from './compression';
import { crc32c } from './crc32c';
import { putBehindLength, putVarBytes, putVarint, putVarlong, putVarText } from './wire';

/** What a record batch is made of; texts are written as UTF-8. */
export interface BatchRecord {
  key: string | null;
  value: Uint8Array | null;
  headers: Readonly<Record<string, string>>;
}

/** Who numbers the records of a batch, and with what its first one is numbered. */
export interface BatchStamp {
  producerId: bigint;
  producerEpoch: number;
  sequence: number;
}

/** Sequence numbers are 31 bits wide: the one after the last is 0. */
const SEQUENCES = 2 ** 31;
export const nextSequence = (sequence: number, records: number): number => (sequence + records) % SEQUENCES;

const MAGIC = 2;
/** The fields before the records; the checksum covers what comes behind it. */
const HEAD_BYTES = 61;
const LENGTH_AT = 8;
const MAGIC_AT = 16;
const CRC_AT = 17;
const CHECKED_FROM = 21;
/** Most bytes of a record beside its texts and value, and of a header beside its texts. */
const RECORD_OVERHEAD = 40;
const HEADER_OVERHEAD = 10;
const MOST_UTF8_BYTES = 3;

/**
 * A record batch (format 2) as it stands in a produce request and in the broker's files. Offsets in it count from 0, the
 * broker gives it its own. `times` are the records' own, milliseconds since 1970.
 */
export function encodeBatch(
  records: readonly BatchRecord[],
  times: readonly number[],
  stamp: BatchStamp & { compression?: Compression },
): Buffer {
  const into = Buffer.allocUnsafe(capacityFor(records));
  const firstTime = Math.min(...times);
  let at = HEAD_BYTES;
  for (let index = 0; index < records.length; index += 1) {
    at = putRecord(into, at, records[index]!, { index, delay: times[index]! - firstTime });
  }
  const smaller = compressed(into.subarray(HEAD_BYTES, at), records.length, stamp.compression ?? 'off');
  if (smaller) at = HEAD_BYTES + smaller.copy(into, HEAD_BYTES);
  into.fill(0, 0, MAGIC_AT);
  into.writeInt32BE(at - LENGTH_AT - 4, LENGTH_AT);
  into[MAGIC_AT] = MAGIC;
  into.writeInt16BE(smaller ? GZIP : 0, CHECKED_FROM);
  into.writeInt32BE(records.length - 1, 23);
  into.writeBigInt64BE(BigInt(firstTime), 27);
  into.writeBigInt64BE(BigInt(Math.max(...times)), 35);
  into.writeBigInt64BE(stamp.producerId, 43);
  into.writeInt16BE(stamp.producerEpoch, 51);
  into.writeInt32BE(stamp.sequence, 53);
  into.writeInt32BE(records.length, 57);
  into.writeUInt32BE(crc32c(into, CHECKED_FROM, at), CRC_AT);
  return into.subarray(0, at);
}

function putRecord(
  into: Buffer,
  at: number,
  { key, value, headers }: BatchRecord,
  place: { index: number; delay: number },
): number {
  const guess = (value?.length ?? 0) + RECORD_OVERHEAD;
  return putBehindLength(into, at, guess, (begin) => {
    into[begin] = 0; // attributes
    let next = putVarlong(into, begin + 1, place.delay);
    next = putVarint(into, next, place.index);
    next = putVarText(into, next, key);
    next = putVarBytes(into, next, value);
    const names = Object.keys(headers);
    next = putVarint(into, next, names.length);
    for (const name of names) next = putVarText(into, putVarText(into, next, name), headers[name]!);
    return next;
  });
}

/** Room for the records whatever their texts need as UTF-8: writing past the end of a buffer would go unnoticed. */
function capacityFor(records: readonly BatchRecord[]): number {
  let bytes = HEAD_BYTES;
  for (const { key, value, headers } of records) {
    bytes += RECORD_OVERHEAD + MOST_UTF8_BYTES * (key?.length ?? 0) + (value?.length ?? 0);
    for (const name in headers) bytes += HEADER_OVERHEAD + MOST_UTF8_BYTES * (name.length + headers[name]!.length);
  }
  return bytes;
}
