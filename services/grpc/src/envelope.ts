import { Code, ConnectError } from '@connectrpc/connect';
import { constants, type Http2ServerRequest } from 'node:http2';
import { newBytes, type Bytes } from './wire/bytes';

/** A flag and the length of the message, which every message on the wire of gRPC has before it. */
const HEAD_BYTES = 5;

/** Puts a message that is written by `put` in the form that gRPC has on the wire, not compressed. */
export type Envelop = (put: (bytes: Bytes) => void) => Buffer;

const KEPT_BYTES = 256 * 1024;

/** All messages are written in one place, one after the other, and copied from there. */
export function createEnvelop(): Envelop {
  let bytes = newBytes(KEPT_BYTES);
  return (put) => {
    bytes.length = HEAD_BYTES;
    put(bytes);
    const { buffer, length } = bytes;
    buffer.writeUInt8(0, 0);
    buffer.writeUInt32BE(length - HEAD_BYTES, 1);
    if (buffer.length > KEPT_BYTES) bytes = newBytes(KEPT_BYTES);
    return Buffer.from(buffer.subarray(0, length));
  };
}

/**
 * The one message of a body. Throws the error that gRPC has for one that is too large, compressed without saying how,
 * or not alone.
 */
export function messageIn(body: Buffer, maxBytes: number): Uint8Array {
  if (body.length === 0) throw new ConnectError('The call has no message.', Code.Unimplemented);
  if (body.length < HEAD_BYTES) throw cutShort();
  if (body.readUInt8(0) !== 0) throw new ConnectError('The message has flags that nobody knows here.', Code.Internal);
  const end = HEAD_BYTES + body.readUInt32BE(1);
  if (end > HEAD_BYTES + maxBytes) throw tooLarge(maxBytes);
  if (end > body.length) throw cutShort();
  if (end < body.length) throw new ConnectError('The call has more than one message.', Code.Unimplemented);
  return body.subarray(HEAD_BYTES);
}

/** The body of a call, read from here on. Rejects as soon as it is larger than a message may be, or its caller has gone. */
export function readBody(request: Http2ServerRequest, maxBytes: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= HEAD_BYTES + maxBytes) chunks.push(chunk);
      else reject(tooLarge(maxBytes));
    });
    // What was taken back ends, too, before anything else tells of it.
    request.once('end', () => {
      if (isTakenBack(request)) return reject(gone());
      request.off('close', cut);
      resolve(joined(chunks));
    });
    const cut = () => reject(gone());
    request.once('close', cut);
  });
}

function isTakenBack({ aborted, stream }: Http2ServerRequest): boolean {
  return aborted || (stream.rstCode ?? constants.NGHTTP2_NO_ERROR) !== constants.NGHTTP2_NO_ERROR;
}

function joined(chunks: readonly Buffer[]): Buffer {
  return chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks);
}

const gone = () => new ConnectError('The caller has gone.', Code.Canceled);
const cutShort = () => new ConnectError('The message is shorter than its length says.', Code.InvalidArgument);
const tooLarge = (maxBytes: number) =>
  new ConnectError(`The message is larger than ${maxBytes} bytes.`, Code.ResourceExhausted);
