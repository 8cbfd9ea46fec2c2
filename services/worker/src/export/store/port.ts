import type { Readable } from 'node:stream';

/** What a store holds under a name; one that was cut off in the middle of its writing is `unfinished`. */
export interface StoredObject {
  name: string;
  unfinished: boolean;
}

/**
 * Where the files of exports are kept: a directory or a bucket, which pass one contract suite. Names are made by
 * `objectName`. Every method rejects with `ExportStoreError`.
 */
export interface ExportStore {
  /**
   * Keeps what the stream gives, in pieces of bounded size, and replaces what was there. Nobody sees it before it is
   * whole; it is durable when this resolves. Rejects with the stream's own error when that fails, and then keeps nothing.
   */
  put(name: string, body: Readable, signal?: AbortSignal): Promise<void>;
  /** The object and its size in bytes. Whoever asks must read the stream or destroy it. Rejects with `not_found`. */
  get(name: string): Promise<{ body: Readable; bytes: number }>;
  /** Removes the object and whatever unfinished writing of it left. Resolves where there is nothing. */
  delete(name: string): Promise<void>;
  /** Everything whose name begins with the prefix, unfinished ones too, in no order. */
  list(prefix: string): AsyncIterable<StoredObject>;
  /** Lets go of connections. */
  close(): Promise<void>;
}

export type ExportStoreErrorCode =
  /** Nothing is kept under this name. */
  | 'not_found'
  /** No name that a store takes. */
  | 'invalid_name'
  /** No room is left. */
  | 'full'
  /** The store does not let us: permissions, credentials. */
  | 'refused'
  /** It cannot be reached, or failed; trying again may help. */
  | 'unavailable';

export class ExportStoreError extends Error {
  override readonly name = 'ExportStoreError';
  constructor(
    readonly code: ExportStoreErrorCode,
    message: string,
    options?: { cause?: unknown },
  ) {
    super(`${code}: ${message}`, options);
  }
}
