import { createHash } from 'node:crypto';
import { PassThrough, Readable } from 'node:stream';
import { ZipFile } from 'yazl';

/** What is said of a file in the archive. */
export interface ArchivedFile {
  name: string;
  /** Of the file as it is unpacked. */
  bytes: number;
  sha256: string;
}

/** A zip that is made while it is read: one file after the other, never more than a few pieces of it in memory. */
export interface Archive {
  /** The zip. It fails when a file's source does. */
  readonly output: Readable;
  /** Adds a file; resolves when all of it has been taken. Await it before adding the next one. */
  add(name: string, source: AsyncIterable<string> | Iterable<string>): Promise<ArchivedFile>;
  /** Ends the zip after the files that were added. */
  end(): void;
  /** Gives up: `output` fails with this error, and so does a file that is being added. */
  fail(error: Error): void;
}

/** Text is gathered to pieces of this many characters before it is hashed and compressed. */
const PIECE_CHARACTERS = 32_768;
const OWNER_ONLY = 0o100600;

export function createArchive(at: Date): Archive {
  const zip = new ZipFile();
  const output = new PassThrough();
  zip.on('error', (error: Error) => output.destroy(error));
  zip.outputStream.on('error', (error: Error) => output.destroy(error));
  zip.outputStream.pipe(output);
  const closed = new Promise<never>((_resolve, reject) => {
    output.once('close', () => reject(output.errored ?? new Error('the archive was closed')));
  });
  closed.catch(() => undefined);
  return {
    output,
    async add(name, source) {
      const hash = createHash('sha256');
      let bytes = 0;
      const pieces = Readable.from(
        mapped(gathered(source), (text) => {
          const piece = Buffer.from(text);
          hash.update(piece);
          bytes += piece.length;
          return piece;
        }),
        { objectMode: false, highWaterMark: PIECE_CHARACTERS },
      );
      const taken = new Promise<void>((resolve, reject) => pieces.once('end', resolve).once('error', reject));
      zip.addReadStream(pieces, name, { mtime: at, mode: OWNER_ONLY });
      // A reader that went away takes nothing any more: nobody would ever say so to this file.
      await Promise.race([taken, closed]).catch((error: Error) => {
        pieces.destroy();
        output.destroy(error);
        throw error;
      });
      return { name, bytes, sha256: hash.digest('hex') };
    },
    end: () => zip.end(),
    fail: (error) => void output.destroy(error),
  };
}

async function* gathered(source: AsyncIterable<string> | Iterable<string>): AsyncIterable<string> {
  let text = '';
  for await (const piece of source) {
    text += piece;
    if (text.length < PIECE_CHARACTERS) continue;
    yield text;
    text = '';
  }
  if (text !== '') yield text;
}

async function* mapped<From, To>(source: AsyncIterable<From>, change: (value: From) => To): AsyncIterable<To> {
  for await (const value of source) yield change(value);
}
