import type { OutgoingRecord } from '@threadlog/events';

/**
 * Most bytes of one partition in one produce request, and so of one append. The broker's default limit for a batch is
 * 1,048,588 bytes and exceeding it is fatal to a producer; the margin covers what the estimate leaves out.
 */
export const MAX_SHARE_BYTES = 900 * 1024;
/** Most records of one partition in one request, unless a single append has more: they are encoded in one turn. */
export const MAX_SHARE_RECORDS = 1_000;
/** About where a request stops taking partitions in, however many there are: the broker closes on requests over 100 MB. */
export const MAX_REQUEST_BYTES = 8 * 1024 * 1024;
const RECORD_OVERHEAD_BYTES = 24;
const HEADER_OVERHEAD_BYTES = 6;

interface PendingAppend {
  records: readonly OutgoingRecord[];
  bytes: number;
  resolve(result: { baseOffset: number }): void;
  reject(error: Error): void;
}

/** What one request carries for one partition: whole appends, in order. */
export interface Share {
  partition: number;
  records: OutgoingRecord[];
  /** Estimate, from above. */
  bytes: number;
}

/** Estimate, from above, of what the records take in a batch. */
export function sizeOf(records: readonly OutgoingRecord[]): number {
  let bytes = 0;
  for (const { key, value, headers } of records) {
    bytes += RECORD_OVERHEAD_BYTES + Buffer.byteLength(key) + value.length;
    for (const name in headers)
      bytes += HEADER_OVERHEAD_BYTES + Buffer.byteLength(name) + Buffer.byteLength(headers[name]!);
  }
  return bytes;
}

/** Appends waiting for their request, and those whose request is in flight, a partition each. */
export interface AppendQueue {
  /** Records not settled yet. */
  readonly pending: number;
  /** Whether appends of the partition wait for a request. */
  isWaiting(partition: number): boolean;
  add(partition: number, records: readonly OutgoingRecord[], bytes: number): Promise<{ baseOffset: number }>;
  /** Takes what the next request carries for these partitions, about `room` bytes; they must have nothing in flight. */
  take(partitions: readonly number[], room?: number): Share[];
  /** Resolves the appends that the share was made of. */
  settle(share: Share, baseOffset: number): void;
  /** Rejects everything; returns how many appends that were. */
  rejectAll(error: Error): number;
  /** Resolves when nothing is pending. */
  empty(): Promise<void>;
}

export function createAppendQueue(partitions: number): AppendQueue {
  const queues = Array.from({ length: partitions }, (): PendingAppend[] => []);
  const inFlight = new Map<number, PendingAppend[]>();
  let waiting: (() => void)[] = [];
  let pending = 0;
  const turns = createTurns(partitions);

  function share(partition: number): Share {
    const appends = cut(queues[partition]!);
    inFlight.set(partition, appends);
    const bytes = appends.reduce((sum, append) => sum + append.bytes, 0);
    return { partition, records: appends.flatMap(({ records }) => records), bytes };
  }

  function subtract(records: number): void {
    pending -= records;
    if (pending > 0) return;
    for (const resolve of waiting) resolve();
    waiting = [];
  }

  return {
    get pending() {
      return pending;
    },
    add(partition, records, bytes) {
      pending += records.length;
      return new Promise((resolve, reject) => queues[partition]!.push({ records, bytes, resolve, reject }));
    },
    isWaiting: (partition) => queues[partition]!.length > 0,
    take(group, room = MAX_REQUEST_BYTES) {
      const shares: Share[] = [];
      let left = room;
      for (const partition of turns.order(group.filter((each) => queues[each]!.length > 0))) {
        if (left <= 0) break;
        const taken = share(partition);
        shares.push(taken);
        left -= taken.bytes;
        turns.served(partition);
      }
      return shares;
    },
    settle({ partition, records }, baseOffset) {
      let offset = baseOffset;
      for (const append of inFlight.get(partition) ?? []) {
        append.resolve({ baseOffset: offset });
        offset += append.records.length;
      }
      inFlight.delete(partition);
      subtract(records.length);
    },
    rejectAll(error) {
      const appends = [...inFlight.values(), ...queues].flat();
      inFlight.clear();
      queues.forEach((queue) => (queue.length = 0));
      for (const append of appends) append.reject(error);
      subtract(pending);
      return appends.length;
    },
    empty: () => (pending === 0 ? Promise.resolve() : new Promise<void>((resolve) => waiting.push(resolve))),
  };
}

/** Who has waited longest comes first, so that none is left out twice where a request does not hold all. */
function createTurns(partitions: number) {
  const served = Array.from({ length: partitions }, () => 0);
  let turn = 0;
  return {
    order: (waiting: number[]): number[] => waiting.sort((one, other) => served[one]! - served[other]!),
    served: (partition: number): void => void (served[partition] = turn += 1),
  };
}

/** Cuts whole appends off the queue's front until the share is full; at least one. */
function cut(queue: PendingAppend[]): PendingAppend[] {
  let bytes = 0;
  let records = 0;
  let count = 0;
  for (const append of queue) {
    bytes += append.bytes;
    records += append.records.length;
    if (count > 0 && (bytes > MAX_SHARE_BYTES || records > MAX_SHARE_RECORDS)) break;
    count += 1;
  }
  return queue.splice(0, count);
}
