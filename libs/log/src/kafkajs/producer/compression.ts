import { gunzipSync, gzipSync } from 'node:zlib';
import { CompressionCodecs, CompressionTypes } from 'kafkajs';

/**
 * Which batches are compressed: none, those of several records, or all. A record by itself becomes a third smaller for what
 * an ack waits for; several have most of their bytes in common, and share the cost.
 */
export type Compression = 'off' | 'batches' | 'all';

/** Codec number of the batch's attributes. It is the one codec that every client has, plain kafkajs among them. */
export const GZIP = 1;
/** The next levels make a twentieth less for twice the time. */
const FASTEST = { level: 1 };
const FEWEST_BYTES = 1_024;

/** The records of a batch as they are written to it: compressed, or null where they stay as they are. */
export function compressed(body: Buffer, records: number, compression: Compression): Buffer | null {
  if (compression === 'off' || body.length < FEWEST_BYTES || (records === 1 && compression !== 'all')) return null;
  const smaller = gzipSync(body, FASTEST);
  return smaller.length < body.length ? smaller : null;
}

/** kafkajs decompresses in the thread pool, which for batches of usual size takes several times as long as doing it. */
export function decompressAtOnce(): void {
  CompressionCodecs[CompressionTypes.GZIP] = () => ({
    compress: async ({ buffer }: { buffer: Buffer }) => gzipSync(buffer),
    decompress: async (bytes: Buffer) => gunzipSync(bytes),
  });
}
