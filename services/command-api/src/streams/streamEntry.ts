import type { ChatEvent } from '@threadlog/events';
import {
  foldDeletion,
  foldExport,
  foldMessage,
  foldParticipant,
  foldTenant,
  foldThread,
  foldUser,
  foldUserThread,
  isExportEvent,
  messageIdOf,
  participantsOf,
  privacyRequestOf,
  receiptOf,
  type DeletionLogRow,
  type ExportLogRow,
  type MessageRow,
  type ParticipantRow,
  type TenantRow,
  type ThreadRow,
  type UserRow,
  type UserThreadRow,
  userThreadOf,
} from '@threadlog/read-models';
import type { OverlayEntry } from '../ownership/overlay';
import type { StreamSnapshot } from '../ownership/ports';
import { createReceiptBook, type ReceiptBook } from './receiptBook';

/** A stream as its owner knows it, events in flight included. It lives and dies with one epoch. */
export interface StreamEntry {
  version: number;
  lastTimestamp: string | null;
  parked: boolean;
  thread: ThreadRow | null;
  participants: Map<string, ParticipantRow>;
  messages: Map<string, MessageRow>;
  user: UserRow | null;
  userThreads: Map<string, UserThreadRow>;
  exports: Map<string, ExportLogRow>;
  deletions: Map<string, DeletionLogRow>;
  tenant: TenantRow | null;
  receipts: ReceiptBook;
  /** Most messages, and most threads of a user, kept ready; others are read when a command names them. */
  maxParts: number;
  /** Settles when every event decided so far is acked (appends of a partition are acked in order); null when all are. */
  inFlight: Promise<number> | null;
}

/** A version is missing between the row and the overlay: with the lease held this is a bug, without it a lost race. */
export class StreamGapError extends Error {
  override readonly name = 'StreamGapError';
}

/** Row at its version, folded with the overlay's events above it. */
export function createStreamEntry(
  snapshot: StreamSnapshot,
  overlay: readonly OverlayEntry[],
  { partition, maxParts }: { partition: number; maxParts: number },
): StreamEntry {
  const entry: StreamEntry = {
    version: snapshot.version + passedOver(snapshot, overlay),
    lastTimestamp: snapshot.lastTimestamp,
    parked: snapshot.parked,
    thread: snapshot.thread,
    participants: new Map(snapshot.participants.map((row) => [row.user_id, row])),
    messages: new Map(),
    user: snapshot.user,
    userThreads: new Map(),
    exports: new Map(snapshot.exports.map((row) => [row.request_id, row])),
    deletions: new Map(snapshot.deletions.map((row) => [row.request_id, row])),
    tenant: snapshot.tenant,
    receipts: createReceiptBook(snapshot.receipts, snapshot.receiptsComplete),
    maxParts,
    inFlight: null,
  };
  for (const { event, offset } of overlay) {
    if (event.stream_version <= snapshot.version) continue;
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
function passedOver({ version, gap }: StreamSnapshot, overlay: readonly OverlayEntry[]): number {
  if (gap === 0) return 0;
  const next = overlay.find(({ event }) => event.stream_version > version);
  return next ? Math.min(gap, next.event.stream_version - 1 - version) : gap;
}

/** Moves the entry over the next event of its stream. Throws `StreamGapError` when it is not the next. */
export function applyEvent(entry: StreamEntry, event: ChatEvent): void {
  if (event.stream_version !== entry.version + 1) {
    throw new StreamGapError(`${event.stream_id}: version ${event.stream_version} follows ${entry.version}`);
  }
  entry.version = event.stream_version;
  entry.lastTimestamp = event.timestamp;
  entry.thread = foldThread(entry.thread, event);
  for (const userId of participantsOf(event)) {
    const row = foldParticipant(entry.participants.get(userId) ?? null, event, userId, entry.thread);
    if (row) entry.participants.set(userId, row);
  }
  if (event.stream_type === 'user') entry.user = foldUser(entry.user, event);
  if (event.stream_type === 'tenant') entry.tenant = foldTenant(entry.tenant, event);
  applyToRequest(entry, event);
  applyToPart(entry, event);
}

function applyToRequest(entry: StreamEntry, event: ChatEvent): void {
  const requestId = privacyRequestOf(event);
  if (requestId === null) return;
  if (isExportEvent(event)) {
    const row = foldExport(entry.exports.get(requestId) ?? null, event);
    if (row) entry.exports.set(requestId, row);
    return;
  }
  const row = foldDeletion(entry.deletions.get(requestId) ?? null, event);
  if (row) entry.deletions.set(requestId, row);
}

/** A message, or a thread of a user, that a stream's event is about; null for events about the stream itself. */
export function partOf(event: ChatEvent): string | null {
  return event.stream_type === 'user' ? userThreadOf(event) : messageIdOf(event);
}

/** A part that is not here stays away unless the event makes it: a command that names it has it read first. */
function applyToPart(entry: StreamEntry, event: ChatEvent): void {
  const name = partOf(event);
  if (name === null) return;
  if (event.stream_type !== 'user') {
    const row = foldMessage(entry.messages.get(name) ?? null, event);
    if (row) rememberMessage(entry, row);
    return;
  }
  const row = entry.userThreads.get(name);
  if (row) rememberUserThread(entry, foldUserThread(row, event)!);
}

/** Keeps a message ready, the least recently touched one making room. */
export function rememberMessage(entry: StreamEntry, row: MessageRow): void {
  remember(entry.messages, row.message_id, row, entry.maxParts);
}

export function rememberUserThread(entry: StreamEntry, row: UserThreadRow): void {
  remember(entry.userThreads, row.thread_id, row, entry.maxParts);
}

function remember<TRow>(rows: Map<string, TRow>, name: string, row: TRow, most: number): void {
  rows.delete(name);
  rows.set(name, row);
  if (rows.size > most) rows.delete(rows.keys().next().value!);
}
