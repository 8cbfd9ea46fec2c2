import { streamName, type StreamRef } from '@threadlog/events';
import {
  foldMessage,
  foldUserThread,
  receiptOf,
  unseenThread,
  type MessageRow,
  type UserThreadRow,
} from '@threadlog/read-models';
import type { OverlayEntry } from '../ownership/overlay';
import type { ReadModel, StreamParts } from '../ownership/ports';
import { readBesideOverlay } from '../ownership/snapshotRule';
import type { Tenure } from '../ownership/tenure';
import { partOf, rememberMessage, rememberUserThread, type StreamEntry } from '../streams/streamEntry';
import type { Job } from './job';

interface LoadDeps {
  readModel: ReadModel;
  windowStart(): string;
}

/** The stream whose parts are missing, and their names. */
export interface MissingParts {
  entry: StreamEntry;
  stream: StreamRef;
  names: readonly string[];
}

/** Reads the parts a command names and folds the overlay's events onto them. What is not found does not exist. */
export function loadParts(deps: LoadDeps, tenure: Tenure, job: Job, missing: MissingParts): Promise<void> {
  const { overlay, lease } = tenure;
  const { entry, stream, names } = missing;
  return readBesideOverlay(
    overlay,
    () => deps.readModel.loadParts(stream, lease.partition, names),
    (parts) => {
      const above = overlay.eventsOf(streamName(stream)).filter(({ event }) => names.includes(partOf(event) ?? ''));
      if (stream.type === 'user') rememberUserThreads(missing, parts, above);
      else rememberMessages(missing, parts, above);
      job.partsReadInto = entry;
    },
  );
}

function rememberMessages({ entry }: MissingParts, parts: StreamParts, above: readonly OverlayEntry[]): void {
  const rows = new Map<string, MessageRow | null>(parts.messages.map((row) => [row.message_id, row]));
  for (const { event } of above) rows.set(partOf(event)!, foldMessage(rows.get(partOf(event)!) ?? null, event));
  for (const row of rows.values()) if (row) rememberMessage(entry, row);
}

/** No row means that nothing was read and nothing set; that is remembered like any other row. */
function rememberUserThreads(missing: MissingParts, parts: StreamParts, above: readonly OverlayEntry[]): void {
  const { entry, stream, names } = missing;
  for (const name of names) {
    const stored = parts.userThreads.find((row) => row.thread_id === name);
    let row: UserThreadRow = stored ?? unseenThread(stream.tenantId, stream.id, name);
    for (const { event } of above) if (partOf(event) === name) row = foldUserThread(row, event)!;
    rememberUserThread(entry, row);
  }
}

/** Asks the table for a key that memory cannot rule out, then the overlay, which may hold what the table lacks. */
export function lookUpKey(deps: LoadDeps, tenure: Tenure, job: Job, entry: StreamEntry): Promise<void> {
  const { overlay, lease } = tenure;
  const { stream, keyHash } = job.target;
  return readBesideOverlay(
    overlay,
    () => deps.readModel.findReceipt(stream, lease.partition, keyHash!),
    ({ row }) => {
      if (row && row.created_at >= deps.windowStart()) entry.receipts.add({ row, settled: null });
      for (const { event, offset } of overlay.eventsOf(streamName(stream))) {
        if (offset === null || event.idempotency?.key_hash !== keyHash) continue;
        const receipt = receiptOf(event, lease.partition, offset);
        if (receipt) entry.receipts.add({ row: receipt, settled: null });
      }
      job.keyReadInto = entry;
    },
  );
}
