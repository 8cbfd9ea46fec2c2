import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { testStack } from '@threadlog/testing';
import { prepareJvmServer } from '@threadlog/stack';
import { decodeProduceResponse, encodeProduceRequest, PRODUCE_VERSIONS } from './produceRequest';
import { encodeBatch, type BatchRecord } from './recordBatch';

const stack = testStack();
const NOW = Date.now();
const NOBODY = { producerId: -1n, producerEpoch: -1, sequence: -1 };

const RECORDS: BatchRecord[] = [
  { key: 'acme/thread/größe ✓ 😀', value: Buffer.from('{"text":"値"}'), headers: { epoch: '7', ce_type: '✓' } },
  { key: null, value: null, headers: {} },
  { key: '', value: Buffer.alloc(0), headers: { '': '', ['long name '.repeat(20)]: 'ü'.repeat(500) } },
  { key: 'large', value: Buffer.alloc(700_000, 255), headers: {} },
];

describe('what is written to a real broker', () => {
  it('is taken in every version of the request, and read by Kafka’s own client as it was', async () => {
    const topic = await stack.freshTopic({ partitions: 1 });
    const times = RECORDS.map((_, index) => NOW + index);
    const versions = Array.from({ length: PRODUCE_VERSIONS.max - PRODUCE_VERSIONS.min + 1 }, (_, index) => index + 3);

    const offsets: number[] = [];
    for (const version of versions) {
      const compression = version % 2 === 0 ? 'all' : 'off';
      offsets.push(await produce(topic, version, encodeBatch(RECORDS, times, { ...NOBODY, compression })));
    }

    expect(offsets).toEqual(versions.map((_, index) => index * RECORDS.length));
    const expected = versions.flatMap((_, round) =>
      RECORDS.map((record, index) => lineOf(record, round * RECORDS.length + index, times[index]!)),
    );
    expect(await readByJava(topic, expected.length)).toEqual(expected);
  }, 60_000);
});

/** Resolves with the base offset. */
async function produce(topic: string, version: number, batch: Buffer): Promise<number> {
  const [host, port] = stack.kafkaBrokers[0]!.split(':');
  const socket = connect(Number(port), host);
  const head = { version, correlationId: 9, clientId: 'java', topic, timeoutMs: 5_000 };
  socket.write(encodeProduceRequest(head, [{ partition: 0, batch }]));
  const [answer] = (await once(socket, 'data')) as [Buffer];
  socket.destroy();
  const { correlationId, outcomes } = decodeProduceResponse(answer.subarray(4), version);
  expect({ correlationId, outcomes }).toMatchObject({ correlationId: 9, outcomes: [{ partition: 0, errorCode: 0 }] });
  return outcomes[0]!.baseOffset;
}

async function readByJava(topic: string, count: number): Promise<string[]> {
  const { java, classPath } = await prepareJvmServer('kafka', () => undefined);
  const source = join(__dirname, 'ReadRecords.java');
  const args = ['-cp', classPath, source, stack.kafkaBrokers.join(','), topic, String(count)];
  const { stdout } = await promisify(execFile)(java, args, { maxBuffer: 64 * 1024 * 1024, timeout: 40_000 });
  return stdout.trim().split('\n');
}

function lineOf({ key, value, headers }: BatchRecord, offset: number, time: number): string {
  const text = (each: string | Uint8Array | null) =>
    each === null ? 'null' : `'${Buffer.from(each).toString('base64')}'`;
  const named = Object.entries(headers).map(([name, each]) => ` ${text(name)}=${text(each)}`);
  return `${offset} ${time} ${text(key)} ${text(value)}${named.join('')}`;
}
