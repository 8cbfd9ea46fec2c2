import {
  closesThread,
  decodeEvent,
  rootThreadId,
  streamName,
  unpooledCopy,
  type ChatEvent,
  type TenantId,
} from '@threadlog/events';
import type { LogRecord } from '@threadlog/log';
import { createDeque, type Deque } from './deque';
import type { RecordHead } from '../records';
import { createStreamIndex, type RingEntry, type StreamIndex } from './streamIndex';

/** The newest dispatched thread events of one partition: every one with an offset in [start, end) is here. */
export interface Ring {
  readonly start: number;
  /** Offset after the last dispatched record: the dispatch position. */
  readonly end: number;
  readonly bytes: number;
  /** Takes the next record in: kept when it is a thread's event, passed over otherwise. */
  push(record: Pick<LogRecord, 'offset' | 'value'>, head: RecordHead | null): void;
  /** Moves `end` over offsets that readers never see: gaps, control records, fenced ones. */
  skipTo(offset: number): void;
  /** Seq of the newest event of the thread's own stream; null when none of them is here or it cannot be read. */
  lastSeq(tenantId: TenantId, threadId: string): number | null;
  /** The thread's events above `seq`, in order; null when not all of them are here, or can be read. */
  after(tenantId: TenantId, threadId: string, seq: number): ChatEvent[] | null;
  /** Whether an event of the thread above `seq` is here that cannot be read: nobody can be told what it was. */
  hasUnreadable(tenantId: TenantId, threadId: string, seq: number): boolean;
  /** The thread's events at or above an offset, in order. */
  since(tenantId: TenantId, threadId: string, offset: number): ChatEvent[];
  /** The tenant's membership events at or above an offset, in order. */
  membershipSince(tenantId: TenantId, offset: number): ChatEvent[];
  /** The tenant's root threads that a record at or above an offset has closed to everybody: see `closesThread`. */
  closedSince(tenantId: TenantId, offset: number): ReadonlySet<string>;
}

export interface RingOptions {
  start: number;
  maxBytes: number;
  maxEvents: number;
  /** Types of the events that change who takes part in a thread. */
  membershipTypes: ReadonlySet<string>;
}

/** Keeps the newest events in order of offset, and by stream; the oldest go when there are too many or too large ones. */
export function createRing({ start, maxBytes, maxEvents, membershipTypes }: RingOptions): Ring {
  const entries = createDeque<RingEntry>();
  const streams = createStreamIndex();
  const membership = createDeque<{ offset: number; event: ChatEvent }>();
  const closings = createDeque<{ offset: number; tenantId: TenantId; threadId: string }>();
  const edges = { first: start, end: start, bytes: 0 };

  function evict(): void {
    const gone = entries.shift()!;
    edges.bytes -= gone.value.length;
    edges.first = gone.offset + 1;
    streams.forgetOldest(gone.stream);
    while (membership.length > 0 && membership.at(0)!.offset < edges.first) membership.shift();
    while (closings.length > 0 && closings.at(0)!.offset < edges.first) closings.shift();
  }

  function keep(entry: RingEntry, type: string): void {
    const event = membershipTypes.has(type) ? parse(entry) : null;
    if (event) membership.push({ offset: entry.offset, event });
    entries.push(entry);
    streams.add(entry);
    edges.bytes += entry.value.length;
    while (entries.length > maxEvents || (edges.bytes > maxBytes && entries.length > 0)) evict();
  }

  return {
    get start() {
      return edges.first;
    },
    get end() {
      return edges.end;
    },
    get bytes() {
      return edges.bytes;
    },
    push({ offset, value }, head) {
      edges.end = offset + 1;
      if (head?.streamType !== 'thread') return;
      const stream = threadStream(head.tenantId, head.streamId);
      // A copy: the value is a slice of what was fetched, and would keep all of that in memory.
      keep({ offset, value: unpooledCopy(value), stream }, head.type);
      if (!closesThread(head.type) || !isUnreadable({ value })) return;
      closings.push({ offset, tenantId: head.tenantId, threadId: rootThreadId(head.streamId) });
    },
    skipTo: (offset) => void (edges.end = Math.max(edges.end, offset)),
    ...threadReads(streams),
    closedSince: (tenantId, offset) =>
      new Set(newestFrom(closings, offset).flatMap((one) => (one.tenantId === tenantId ? [one.threadId] : []))),
    membershipSince: (tenantId, offset) =>
      newestFrom(membership, offset).flatMap(({ event }) => (event.tenant_id === tenantId ? [event] : [])),
  };
}

function threadReads(streams: StreamIndex): Pick<Ring, 'lastSeq' | 'after' | 'since' | 'hasUnreadable'> {
  return {
    lastSeq: (tenantId, threadId) => streams.lastSeq(threadStream(tenantId, threadId)),
    after(tenantId, threadId, seq) {
      const stream = threadStream(tenantId, threadId);
      const last = streams.lastSeq(stream);
      const kept = streams.of(stream);
      if (last === null || !kept) return null;
      const missed = Math.max(0, last - seq);
      return missed <= kept.length ? numbered(kept.tail(missed), last) : null;
    },
    hasUnreadable(tenantId, threadId, seq) {
      const stream = threadStream(tenantId, threadId);
      const kept = streams.of(stream);
      const above = Math.max(0, (streams.lastSeq(stream) ?? seq) - seq);
      return kept?.tail(Math.min(above, kept.length)).some(isUnreadable) ?? false;
    },
    since(tenantId, threadId, offset) {
      const kept = streams.of(threadStream(tenantId, threadId));
      return kept ? newestFrom(kept, offset).flatMap((entry) => parse(entry) ?? []) : [];
    },
  };
}

const threadStream = (tenantId: TenantId, threadId: string): string =>
  streamName({ tenantId, type: 'thread', id: threadId });

/** The run of items at the end whose offsets are at or above the one given. */
function newestFrom<T extends { offset: number }>(items: Deque<T>, offset: number): T[] {
  let count = 0;
  while (count < items.length && items.at(-1 - count)!.offset >= offset) count++;
  return items.tail(count);
}

function parse({ value }: Pick<RingEntry, 'value'>): ChatEvent | null {
  const decoded = decodeEvent(value);
  return decoded.kind === 'event' ? decoded.event : null;
}

/**
 * Events of newer builds have no frames, but must not shift the others' numbers: each is checked. Null where one cannot be
 * read: it is missing.
 */
function numbered(entries: RingEntry[], last: number): ChatEvent[] | null {
  const events: ChatEvent[] = [];
  for (const [index, entry] of entries.entries()) {
    const event = parse(entry);
    if (!event && isUnreadable(entry)) return null;
    if (!event) continue;
    if (event.stream_version !== last - (entries.length - 1 - index)) return null;
    events.push(event);
  }
  return events;
}

function isUnreadable({ value }: Pick<RingEntry, 'value'>): boolean {
  return decodeEvent(value).kind === 'undecodable';
}
