import { readdirSync, readFileSync, truncateSync } from 'node:fs';
import { join } from 'node:path';

/** Of a record batch: its first offset and the length of what follows. */
const BATCH_HEADER_BYTES = 12;
const LENGTH_AT = 8;

/**
 * Cuts the last record batches off a partition of a broker that does not run: what a power cut leaves of a page cache that
 * was not written yet. Returns the offset where the log ends then.
 */
export function loseTail(logDir: string, place: { topic: string; partition: number }, batches: number): number {
  const folder = join(logDir, `${place.topic}-${place.partition}`);
  const segment = join(
    folder,
    readdirSync(folder)
      .filter((name) => name.endsWith('.log'))
      .sort()
      .at(-1)!,
  );
  const bytes = readFileSync(segment);
  const starts: number[] = [];
  for (
    let at = 0;
    at + BATCH_HEADER_BYTES <= bytes.length;
    at += BATCH_HEADER_BYTES + bytes.readInt32BE(at + LENGTH_AT)
  ) {
    // A segment may be allocated ahead: zeros are no batch.
    if (bytes.readInt32BE(at + LENGTH_AT) === 0) break;
    starts.push(at);
  }
  const cut = starts.at(-batches);
  if (cut === undefined) throw new Error(`partition ${place.partition} has ${starts.length} batches`);
  truncateSync(segment, cut);
  return Number(bytes.readBigInt64BE(cut));
}
