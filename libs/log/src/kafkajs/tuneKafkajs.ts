import Encoder from 'kafkajs/src/protocol/encoder';
import { decompressAtOnce } from './producer/compression';
import { quietIdleConnections } from './quietIdleConnections';

const DEFAULT_ENCODER_BYTES = 511;
const SMALL_ENCODER_BYTES = 64;

let done = false;

/** Corrects three things in kafkajs 2.2.4, once for the process. None of them changes what is sent. */
export function tuneKafkajs(): void {
  if (done) return;
  done = true;
  quietIdleConnections();
  shrinkEncoders();
  decompressAtOnce();
}

/**
 * Every item of every list in a request gets an encoder of its own, each partition of a fetch for one, with 512 zeroed
 * bytes outside the heap; V8 keeps buffers of up to 64 bytes inside. They grow when they must.
 */
function shrinkEncoders(): void {
  const nextPowerOfTwo = Encoder.nextPowerOfTwo;
  Encoder.nextPowerOfTwo = (value) => (value === DEFAULT_ENCODER_BYTES ? SMALL_ENCODER_BYTES : nextPowerOfTwo(value));
  // Growing asks the same function, and may need exactly the default: it must not be given less than it asks for.
  Encoder.prototype.ensureAvailable = function (this: Encoder, bytes: number) {
    const needed = this.offset + bytes;
    if (needed <= this.buf.length) return;
    const larger = Buffer.alloc(nextPowerOfTwo(needed));
    this.buf.copy(larger, 0, 0, this.offset);
    this.buf = larger;
  };
}
