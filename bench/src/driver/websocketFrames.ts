import { randomBytes } from 'node:crypto';

/** Opcodes of RFC 6455 that a Socket.io server sends. */
export const OPCODE = { text: 1, close: 8, ping: 9, pong: 10 } as const;

export interface FrameHandlers {
  /** The payload is a view that is valid only during the call. */
  onFrame(opcode: number, payload: Buffer): void;
}

/** Reads server frames off a byte stream, whatever chunks it comes in. */
export interface FrameReader {
  push(chunk: Buffer): void;
}

/** Length of a whole frame at `at` and where its payload begins; null until enough of it is there to tell. */
function measure(bytes: Buffer, at: number): { start: number; end: number } | null {
  const left = bytes.length - at;
  if (left < 2) return null;
  const short = bytes[at + 1]! & 0x7f;
  const header = short < 126 ? 2 : short === 126 ? 4 : 10;
  if (left < header) return null;
  const length =
    short < 126 ? short : short === 126 ? bytes.readUInt16BE(at + 2) : Number(bytes.readBigUInt64BE(at + 2));
  return { start: at + header, end: at + header + length };
}

/**
 * A receiver of the bench must cost much less than its sender, and a hundred of them share this process with the load
 * driver: only frame headers are looked at. Server frames are never masked; one that is fragmented (the servers measured
 * here send none) is an error, not silently miscounted.
 */
export function createFrameReader({ onFrame }: FrameHandlers): FrameReader {
  let rest: Buffer | null = null;
  return {
    push(chunk) {
      const bytes = rest ? Buffer.concat([rest, chunk]) : chunk;
      let at = 0;
      for (let frame = measure(bytes, at); frame && frame.end <= bytes.length; frame = measure(bytes, at)) {
        const first = bytes[at]!;
        if ((first & 0x80) === 0) throw new Error('fragmented websocket frames are not supported');
        onFrame(first & 0x0f, bytes.subarray(frame.start, frame.end));
        at = frame.end;
      }
      rest = at < bytes.length ? bytes.subarray(at) : null;
    },
  };
}

/** A frame as clients must send it: masked. */
export function clientFrame(opcode: number, text: string): Buffer {
  const payload = Buffer.from(text);
  const mask = randomBytes(4);
  const extended = payload.length < 126 ? 0 : payload.length < 65_536 ? 2 : 8;
  const header = Buffer.alloc(2 + extended);
  header[0] = 0x80 | opcode;
  header[1] = 0x80 | (extended === 0 ? payload.length : extended === 2 ? 126 : 127);
  if (extended === 2) header.writeUInt16BE(payload.length, 2);
  if (extended === 8) header.writeBigUInt64BE(BigInt(payload.length), 2);
  for (let index = 0; index < payload.length; index++) payload[index]! ^= mask[index % 4]!;
  return Buffer.concat([header, mask, payload]);
}
