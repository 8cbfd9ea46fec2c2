import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { tuneKafkajs } from '../tuneKafkajs';
import type { Compression } from './compression';
import { crc32c } from './crc32c';
import { decodeBatch, kafkajsRequest } from './kafkajsProtocol.testing';
import { encodeProduceRequest } from './produceRequest';
import { encodeBatch, nextSequence, type BatchRecord, type BatchStamp } from './recordBatch';

const STAMP: BatchStamp = { producerId: 9_007_199_254_740_993n, producerEpoch: 3, sequence: 2 ** 31 - 1 };
const NOW = 1_796_000_000_000;

const text = fc.oneof(fc.string(), fc.string({ unit: 'grapheme' }), fc.string({ minLength: 30, maxLength: 90 }));
const bytes = fc.oneof(fc.uint8Array({ maxLength: 300 }), fc.uint8Array({ minLength: 8_000, maxLength: 9_000 }));
const someRecord = fc.record({
  key: fc.option(text),
  value: fc.option(bytes.map((each) => Buffer.from(each))),
  // kafkajs takes what every object inherits for headers that were there before.
  headers: fc.dictionary(
    text.filter((name) => !(name in {})),
    text,
    { maxKeys: 12, noNullPrototype: true },
  ),
});
/** Within the hour that an epoch may be ahead, and far from it: differences of more than 32 bits. */
const someTime = fc.oneof(fc.integer({ min: NOW, max: NOW + 5_000 }), fc.constantFrom(NOW - 2 ** 33, NOW + 2 ** 40));
const someBatch = fc.array(fc.tuple(someRecord, someTime), { minLength: 1, maxLength: 70 });

describe('a record batch', () => {
  beforeAll(tuneKafkajs);

  const golden: [string, BatchRecord[]][] = [
    ['without key and value', [{ key: null, value: null, headers: {} }]],
    ['with an empty key, value, header name and header', [{ key: '', value: Buffer.alloc(0), headers: { '': '' } }]],
    [
      'with texts of several bytes a character',
      [{ key: 'größe/✓/😀', value: Buffer.from('値'), headers: { ce_type: '✓', ['x'.repeat(200)]: 'ü'.repeat(63) } }],
    ],
    ['with lengths around the sizes of a varint', [62, 63, 64, 65, 127, 128, 8_190, 8_191, 8_192].map(sized)],
    ['with a large value', [sized(900_000)]],
    ['with many records', Array.from({ length: 300 }, (_, index) => sized(index))],
  ];

  it.each(golden)('%s is what kafkajs writes, byte for byte, in each version of the request', async (_, records) => {
    for (let version = 3; version <= 7; version += 1)
      await expectSameRequest(
        version,
        records,
        records.map(() => NOW),
      );
  });

  it('of any records is what kafkajs writes', async () => {
    await fc.assert(
      fc.asyncProperty(someBatch, async (batch) => {
        // kafkajs orders times as text; those of equal length are in order then.
        const [records, times] = [
          batch.map(([record]) => record),
          batch.map(([, time]) => Math.min(time, NOW + 5_000)),
        ];
        await expectSameRequest(7, records, times);
      }),
      { numRuns: 60 },
    );
  });

  it.each<Compression>(['off', 'batches', 'all'])(
    'of any records, with compression of %s, is read back by kafkajs as it was',
    async (compression) => {
      await fc.assert(
        fc.asyncProperty(someBatch, async (batch) => {
          const [records, times] = [batch.map(([record]) => record), batch.map(([, time]) => time)];
          const encoded = encodeBatch(records, times, { ...STAMP, compression });
          const decoded = await decodeBatch(encoded);

          expect(decoded.records.map(({ key, value, headers }) => [hex(key), hex(value), hexes(headers)])).toEqual(
            records.map(({ key, value, headers }) => [hex(key), hex(value), hexes(headers)]),
          );
          expect(decoded.records.map(({ timestamp }) => Number(timestamp))).toEqual(times);
          expect(decoded.records.map(({ offset }) => Number(offset))).toEqual([...records.keys()]);
          expect(decoded).toMatchObject({ producerId: String(STAMP.producerId), producerEpoch: 3 });
          expect(decoded.firstSequence).toBe(STAMP.sequence);
          expect(encoded.readUInt32BE(17)).toBe(crc32c(encoded, 21));
        }),
        { numRuns: 60 },
      );
    },
  );

  it('is compressed where it becomes smaller by it: of several records, or of one where that is wanted', () => {
    const bytesOf = (count: number, compression: Compression, value = Buffer.alloc(2_000, 97)) => {
      const records = Array.from({ length: count }, () => ({ key: 'k', value, headers: {} }));
      return encodeBatch(
        records,
        records.map(() => NOW),
        { ...STAMP, compression },
      );
    };
    const codecs = (['off', 'batches', 'all'] as const).map((each) =>
      [bytesOf(1, each), bytesOf(2, each)].map(codecOf),
    );
    expect(codecs).toEqual([
      [0, 0],
      [0, 1],
      [1, 1],
    ]);
    expect(bytesOf(2, 'batches').length).toBeLessThan(200);
    const noise = randomBytes(2_000);
    expect([codecOf(bytesOf(1, 'all', noise)), codecOf(bytesOf(1, 'all', Buffer.from('few')))]).toEqual([0, 0]);
  });

  it('counts its sequence on through the last of 31 bits', () => {
    expect(nextSequence(0, 3)).toBe(3);
    expect(nextSequence(2 ** 31 - 3, 2)).toBe(2 ** 31 - 1);
    expect(nextSequence(2 ** 31 - 3, 3)).toBe(0);
    expect(nextSequence(2 ** 31 - 1, 5)).toBe(4);
  });
});

describe('crc32c', () => {
  // RFC 3720, B.4.
  it.each([
    ['32 zeros', Buffer.alloc(32), 0x8a9136aa],
    ['32 ones', Buffer.alloc(32, 0xff), 0x62a8ab43],
    ['32 ascending', Buffer.from([...Array(32).keys()]), 0x46dd794e],
    ['the check text', Buffer.from('123456789'), 0xe3069283],
    ['nothing', Buffer.alloc(0), 0],
  ])('knows %s', (_, input, expected) => {
    expect(crc32c(input)).toBe(expected);
    expect(crc32c(Buffer.concat([Buffer.from('ab'), input, Buffer.from('c')]), 2, 2 + input.length)).toBe(expected);
  });
});

const codecOf = (batch: Buffer): number => batch.readInt16BE(21) & 7;
// Buffers of that size are slow to compare.
const hex = (each: string | Uint8Array | null): string | null => each && Buffer.from(each).toString('hex');
const hexes = (headers: Record<string, string | Uint8Array>) =>
  Object.entries(headers).map(([name, each]) => [name, hex(each)]);

function sized(length: number): BatchRecord {
  return {
    key: 'k'.repeat(length % 200),
    value: Buffer.alloc(length, 97),
    headers: { name: 'v'.repeat(length % 150) },
  };
}

async function expectSameRequest(version: number, records: BatchRecord[], times: number[]): Promise<void> {
  const head = { version, correlationId: 77, clientId: 'größe', topic: 'chat.events', timeoutMs: 8_000 };
  const batch = encodeBatch(records, times, STAMP);
  const ours = encodeProduceRequest(head, [
    { partition: 4, batch },
    { partition: 11, batch },
  ]);
  const partitions = [4, 11].map((partition) => ({ partition, records, times }));
  const theirs = await kafkajsRequest(head, STAMP, partitions);
  expect(ours.equals(theirs)).toBe(true);
}
