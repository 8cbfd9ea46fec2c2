import type { ChatEvent } from '@threadlog/events';
import {
  foldMessage,
  foldParticipant,
  foldThread,
  messageIdOf,
  participantsOf,
  receiptOf,
  type MessageRow,
  type ParticipantRow,
  type ThreadRow,
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
  receipts: ReceiptBook;
  /** Most messages kept ready for edits and replies; others are read when a command names them. */
  maxMessages: number;
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
  { partition, maxMessages }: { partition: number; maxMessages: number },
): StreamEntry {
  const entry: StreamEntry = {
    version: snapshot.version,
    lastTimestamp: snapshot.lastTimestamp,
    parked: snapshot.parked,
    thread: snapshot.thread,
    participants: new Map(snapshot.participants.map((row) => [row.user_id, row])),
    messages: new Map(),
    receipts: createReceiptBook(snapshot.receipts, snapshot.receiptsComplete),
    maxMessages,
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

/** Moves the entry over the next event of its stream. Throws `StreamGapError` when it is not the next. */
export function applyEvent(entry: StreamEntry, event: ChatEvent): void {
  if (event.stream_version !== entry.version + 1) {
    throw new StreamGapError(`${event.stream_id}: version ${event.stream_version} follows ${entry.version}`);
  }
  entry.version = event.stream_version;
  entry.lastTimestamp = event.timestamp;
  entry.thread = foldThread(entry.thread, event);
  for (const userId of participantsOf(event)) {
    const row = foldParticipant(entry.participants.get(userId) ?? null, event, userId);
    if (row) entry.participants.set(userId, row);
  }
  const messageId = messageIdOf(event);
  if (messageId !== null) applyToMessage(entry, messageId, event);
}

/** A message that is not here stays away: when a command names it, it is read and folded with the overlay. */
function applyToMessage(entry: StreamEntry, messageId: string, event: ChatEvent): void {
  const row = foldMessage(entry.messages.get(messageId) ?? null, event);
  if (row) rememberMessage(entry, row);
}

/** Keeps a message ready, the least recently touched one making room. */
export function rememberMessage(entry: StreamEntry, row: MessageRow): void {
  entry.messages.delete(row.message_id);
  entry.messages.set(row.message_id, row);
  if (entry.messages.size > entry.maxMessages) {
    entry.messages.delete(entry.messages.keys().next().value!);
  }
}
