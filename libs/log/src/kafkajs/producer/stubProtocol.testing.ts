import type { Socket } from 'node:net';

export const PRODUCE = 0;
export const METADATA = 3;
export const API_VERSIONS = 18;
export const INIT_PRODUCER_ID = 22;
export const SASL_HANDSHAKE = 17;
export const SASL_AUTHENTICATE = 36;
const LEADER_NOT_AVAILABLE = 5;

/** The answer to a produce request, a partition each. */
export type Produced = [partition: number, errorCode: number, baseOffset: number];

export interface Frame {
  api: number;
  version: number;
  correlationId: number;
  /** Behind the client's id. */
  body: Buffer;
}

export function frames(onFrame: (frame: Frame) => void): (chunk: Buffer) => void {
  let rest: Buffer = Buffer.alloc(0);
  return (chunk) => {
    rest = Buffer.concat([rest, chunk]);
    while (rest.length >= 4 && rest.length >= 4 + rest.readInt32BE(0)) {
      const frame = rest.subarray(4, 4 + rest.readInt32BE(0));
      rest = rest.subarray(4 + frame.length);
      const body = frame.subarray(10 + Math.max(0, frame.readInt16BE(8)));
      onFrame({ api: frame.readInt16BE(0), version: frame.readInt16BE(2), correlationId: frame.readInt32BE(4), body });
    }
  };
}

export function readProduce({ version, body }: Frame): [number, Buffer][] {
  const compact = version >= 9;
  let at = 0;
  const uvarint = () => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = body[at++]!;
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  };
  const count = () => (compact ? uvarint() - 1 : body.readInt32BE((at += 4) - 4));
  at += 2; // no transaction; in compact form tags before it
  if (body.readInt16BE(at) !== -1) throw new Error('acks are not all');
  at += 6;
  if (count() !== 1) throw new Error('not one topic');
  const named = compact ? uvarint() - 1 : body.readInt16BE((at += 2) - 2);
  at += named;
  return Array.from({ length: count() }, (): [number, Buffer] => {
    const partition = body.readInt32BE((at += 4) - 4);
    const length = count();
    const batch = body.subarray(at, (at += length));
    if (compact) at += 1;
    return [partition, batch];
  });
}

export function writeProduced(topic: string, version: number, results: Produced[]): Buffer[] {
  const compact = version >= 9;
  const tags = compact ? [Buffer.of(0)] : [];
  const places = results.map(([partition, error, offset]) => [
    ...[int32(partition), int16(error), int64(offset), int64(-1)],
    ...(version >= 5 ? [int64(0)] : []),
    ...(version >= 8 ? [compact ? Buffer.of(1) : int32(0), compact ? Buffer.of(0) : int16(-1)] : []),
    ...tags,
  ]);
  const name = Buffer.from(topic);
  const list = (items: Buffer[][]) => (compact ? [Buffer.of(items.length + 1), ...items.flat()] : [array(items)]);
  const named = compact ? Buffer.concat([Buffer.of(name.length + 1), name]) : string(topic);
  return [...tags, ...list([[named, ...list(places), ...tags]]), int32(0), ...tags];
}

/** Version 1: brokers, controller, one topic with its partitions. */
export function metadata(topic: string, ports: readonly number[], leaders: readonly number[]): Buffer[] {
  const nodes = ports.map((port, index) => [int32(index + 1), string('127.0.0.1'), int32(port), int16(-1)]);
  const copies = array([[int32(1)]]);
  const places = leaders.map((leader, partition) => {
    const error = leader < 0 ? LEADER_NOT_AVAILABLE : 0;
    return [int16(error), int32(partition), int32(leader), copies, copies];
  });
  return [array(nodes), int32(1), array([[int16(0), string(topic), Buffer.of(0), array(places)]])];
}

/** kafkajs asks with its highest version first. */
export function versions(version: number, produceVersion: number): Buffer[] {
  const known: [number, number][] = [
    [PRODUCE, produceVersion],
    [METADATA, 1],
    [API_VERSIONS, 2],
    [INIT_PRODUCER_ID, 0],
    [SASL_HANDSHAKE, 1],
    [SASL_AUTHENTICATE, 1],
  ];
  const list = array(known.map(([api, max]) => [int16(api), int16(0), int16(max)]));
  return [int16(0), list, ...(version > 0 ? [int32(0)] : [])];
}

export function reply(socket: Socket, { correlationId }: Frame, body: Buffer[]): void {
  const frame = Buffer.concat([int32(correlationId), ...body]);
  if (!socket.destroyed) socket.write(Buffer.concat([int32(frame.length), frame]));
}

function sized(bytes: number, put: (into: Buffer) => void): Buffer {
  const into = Buffer.alloc(bytes);
  put(into);
  return into;
}
export const int16 = (value: number): Buffer => sized(2, (into) => into.writeInt16BE(value));
export const int32 = (value: number): Buffer => sized(4, (into) => into.writeInt32BE(value));
export const int64 = (value: number): Buffer => sized(8, (into) => into.writeBigInt64BE(BigInt(value)));
export const string = (text: string): Buffer => Buffer.concat([int16(Buffer.byteLength(text)), Buffer.from(text)]);
export const array = (items: Buffer[][]): Buffer => Buffer.concat([int32(items.length), ...items.flat()]);
