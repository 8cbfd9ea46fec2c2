import type { ChatEvent } from '@threadlog/events';
import {
  evolve,
  putLast,
  receiptOf,
  StreamGapError,
  type MessageRow,
  type StreamState,
  type UserThreadRow,
} from '@threadlog/read-models';
import type { OverlayEntry } from './overlay';
import type { StreamSnapshot } from './ports';
import { createReceiptBook, type ReceiptBook } from './receiptBook';

/** A stream as its owner knows it, events in flight included. It lives and dies with one epoch. */
export interface StreamEntry {
  /** The entry's own: it changes with every event. */
  readonly state: StreamState;
  lastTimestamp: string | null;
  parked: boolean;
  receipts: ReceiptBook;
  /** Most messages, and most threads of a user, kept ready; others are read when a command names them. */
  maxParts: number;
  /** Settles when every event decided so far is acked (appends of a partition are acked in order); null when all are. */
  inFlight: Promise<number> | null;
}

/** Row at its version, evolved by the overlay's events above it. */
export function createStreamEntry(
  snapshot: StreamSnapshot,
  overlay: readonly OverlayEntry[],
  { partition, maxParts }: { partition: number; maxParts: number },
): StreamEntry {
  const { state } = snapshot;
  const from = state.version;
  state.version += passedOver(snapshot, overlay);
  const entry: StreamEntry = {
    state,
    lastTimestamp: snapshot.lastTimestamp,
    parked: snapshot.parked,
    receipts: createReceiptBook(snapshot.receipts, snapshot.receiptsComplete),
    maxParts,
    inFlight: null,
  };
  for (const { event, offset } of overlay) {
    if (event.stream_version <= from) continue;
    applyEvent(entry, event);
    const row = offset === null ? null : receiptOf(event, partition, offset);
    if (row) entry.receipts.add({ row, settled: null });
  }
  return entry;
}

/**
 * Versions behind the row that no event will have: what was discarded unread may have had them. The first event that was
 * decided since says so; where there is none, none of them is given out again.
 */
function passedOver({ state: { version }, gap }: StreamSnapshot, overlay: readonly OverlayEntry[]): number {
  if (gap === 0) return 0;
  const next = overlay.find(({ event }) => event.stream_version > version);
  return next ? Math.min(gap, next.event.stream_version - 1 - version) : gap;
}

/**
 * Moves the entry over the next event of its stream. Throws `StreamGapError` when it is not the next: with the lease held
 * this is a bug, without it a lost race.
 */
export function applyEvent(entry: StreamEntry, event: ChatEvent): void {
  const { state } = entry;
  if (event.stream_version !== state.version + 1) {
    throw new StreamGapError(`${event.stream_id}: version ${event.stream_version} follows ${state.version}`);
  }
  evolve(state, event);
  entry.lastTimestamp = event.timestamp;
  const parts = partsIn(state);
  if (parts) keepNewest(parts, entry.maxParts);
}

type Part = MessageRow | UserThreadRow;

/** The rows of a stream that are kept ready one by one; null where a stream has none. */
function partsIn(state: StreamState): Map<string, Part> | null {
  if (state.type === 'thread') return state.messages;
  return state.type === 'user' ? state.userThreads : null;
}

export function hasPart({ state }: StreamEntry, name: string): boolean {
  return partsIn(state)?.has(name) ?? false;
}

/** Keeps the parts of another state ready, the least recently touched ones making room. */
export function takeParts(entry: StreamEntry, from: StreamState): void {
  const parts = partsIn(entry.state);
  if (!parts) return;
  for (const [name, row] of partsIn(from) ?? []) putLast(parts, name, row);
  keepNewest(parts, entry.maxParts);
}

function keepNewest(parts: Map<string, Part>, most: number): void {
  for (let gone = parts.size - most; gone > 0; gone -= 1) parts.delete(parts.keys().next().value!);
}
