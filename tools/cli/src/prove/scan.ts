import { constants } from 'node:fs';
import { lstat, open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Spelling } from './spellings';

/** A needle found: where, and in which spelling. Never the text itself. */
export interface Hit {
  file: string;
  /** Byte offset of its first byte. */
  offset: number;
  /** Which needle, from 0. */
  needle: number;
  spelling: string;
}

export interface ScanResult {
  files: number;
  bytes: number;
  hits: Hit[];
  /** Hits beyond those listed. */
  moreHits: number;
  /** Files that could not be read: nothing is proven of them. */
  unreadable: { file: string; code: string }[];
}

export interface ScanOptions {
  /** Files, and directories with all that is below them. Symbolic links are not followed. */
  roots: readonly string[];
  /** The spellings of each needle. */
  needles: readonly (readonly Spelling[])[];
  /** Bytes read at once; what is held in memory is about this, plus the longest spelling. */
  chunkBytes?: number;
}

const CHUNK_BYTES = 1 << 20;
/** Hits listed at most; further ones are counted. */
const MAX_HITS = 100;

/**
 * Looks for needles in the bytes of files. It reads what is there while it reads: files that vanish meanwhile, as those
 * of running servers do, are passed over; what is appended after their end was reached is not seen.
 */
export async function scanFiles({ roots, needles, chunkBytes = CHUNK_BYTES }: ScanOptions): Promise<ScanResult> {
  const result: ScanResult = { files: 0, bytes: 0, hits: [], moreHits: 0, unreadable: [] };
  const found = (hit: Hit) => {
    if (result.hits.length < MAX_HITS) result.hits.push(hit);
    else result.moreHits += 1;
  };
  for (const root of roots) {
    for await (const file of filesBelow(root, result)) {
      try {
        result.bytes += await scanFile(file, { needles, chunkBytes }, found);
        result.files += 1;
      } catch (error) {
        note(result, file, error);
      }
    }
  }
  return result;
}

async function* filesBelow(path: string, result: ScanResult, isRoot = true): AsyncGenerator<string> {
  try {
    const stats = await lstat(path);
    if (stats.isFile()) yield path;
    if (!stats.isDirectory()) return;
  } catch (error) {
    // A root that is not there is a mistake of whoever asked, not a file that went.
    if (isRoot) result.unreadable.push({ file: path, code: codeOf(error) });
    else note(result, path, error);
    return;
  }
  const names = await readdir(path).catch((error: unknown) => {
    note(result, path, error);
    return [];
  });
  for (const name of names.sort()) yield* filesBelow(join(path, name), result, false);
}

/** Each chunk begins with the end of the one before, so that a needle across the border is whole in one of them. */
async function scanFile(
  file: string,
  { needles, chunkBytes }: Required<Omit<ScanOptions, 'roots'>>,
  found: (hit: Hit) => void,
): Promise<number> {
  const overlap = Math.max(0, ...needles.flat().map(({ bytes }) => bytes.length - 1));
  const buffer = Buffer.alloc(overlap + Math.max(chunkBytes, overlap + 1));
  const handle = await open(file, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    let kept = 0;
    let read = 0;
    for (;;) {
      const { bytesRead } = await handle.read(buffer, kept, buffer.length - kept);
      if (bytesRead === 0) return read;
      const window = buffer.subarray(0, kept + bytesRead);
      const start = read - kept;
      if (!isBlank(window))
        search(window, kept, needles, ({ at, ...hit }) => found({ file, offset: start + at, ...hit }));
      read += bytesRead;
      const next = Math.min(overlap, window.length);
      window.copy(buffer, 0, window.length - next);
      kept = next;
    }
  } finally {
    await handle.close();
  }
}

const BLANK = Buffer.alloc(64 * 1024);

/** Servers make files long before they fill them. A text is not made of zero bytes alone, in any spelling. */
function isBlank(window: Buffer): boolean {
  for (let at = 0; at < window.length; at += BLANK.length) {
    const part = window.subarray(at, at + BLANK.length);
    if (!part.equals(BLANK.subarray(0, part.length))) return false;
  }
  return true;
}

/** Reports each occurrence that ends beyond `seen`: those before were reported with the chunk before. */
function search(
  window: Buffer,
  seen: number,
  needles: ScanOptions['needles'],
  found: (hit: { at: number; needle: number; spelling: string }) => void,
): void {
  needles.forEach((spellings, needle) => {
    for (const { name, bytes } of spellings) {
      for (let at = window.indexOf(bytes); at !== -1; at = window.indexOf(bytes, at + 1)) {
        if (at + bytes.length > seen) found({ at, needle, spelling: name });
      }
    }
  });
}

function note(result: ScanResult, file: string, error: unknown): void {
  const code = codeOf(error);
  if (code !== 'ENOENT') result.unreadable.push({ file, code });
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? 'error';
}
