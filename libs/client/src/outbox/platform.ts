// What is used of IndexedDB and Web Locks, spelled out: this package is compiled without the DOM's types.

export interface Request<Result> {
  readonly result: Result;
  readonly error: unknown;
  onsuccess: (() => void) | null;
  onerror: ((event: { preventDefault?(): void }) => void) | null;
}

export interface OpenRequest extends Request<Database> {
  onupgradeneeded: (() => void) | null;
}

export interface ObjectStore {
  put(value: unknown): Request<unknown>;
  get(key: unknown): Request<unknown>;
  getAll(range: unknown): Request<unknown[]>;
  delete(key: unknown): Request<undefined>;
}

export interface Transaction {
  objectStore(name: string): ObjectStore;
  abort(): void;
  readonly error: unknown;
  oncomplete: (() => void) | null;
  onabort: (() => void) | null;
}

export interface Database {
  createObjectStore(name: string, options: { keyPath: string | string[] }): unknown;
  transaction(names: string[], mode: 'readonly' | 'readwrite'): Transaction;
  close(): void;
  onversionchange: (() => void) | null;
  onclose: (() => void) | null;
}

export interface Factory {
  open(name: string, version: number): OpenRequest;
}

export interface Locks {
  request(
    name: string,
    options: { mode?: 'exclusive' | 'shared'; signal?: AbortSignal },
    held: () => unknown,
  ): Promise<unknown>;
  query(): Promise<{ held?: { name?: string }[] }>;
}

/** Where an outbox lives. */
export interface Platform {
  indexedDB: Factory | undefined;
  /** A range of keys, both ends included. */
  range(from: unknown, to: unknown): unknown;
  /** Undefined where pages are not told of each other's end: on origins that are not secure. */
  locks: Locks | undefined;
  now(): number;
}

/** This browser; looked at when something is kept for the first time, so that an import touches nothing. */
export function browser(): Platform {
  const { indexedDB, IDBKeyRange, navigator } = globalThis as unknown as {
    indexedDB?: Factory;
    IDBKeyRange?: { bound(from: unknown, to: unknown): unknown };
    navigator?: { locks?: Locks };
  };
  return {
    indexedDB,
    range: (from, to) => IDBKeyRange!.bound(from, to),
    locks: navigator?.locks,
    now: Date.now,
  };
}
