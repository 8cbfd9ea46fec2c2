import { streamName } from '@threadlog/events';
import {
  beginning,
  evolve,
  partOf,
  receiptOf,
  unseenThread,
  type DecidedStream,
  type StreamState,
} from '@threadlog/read-models';
import type { OwnedPartition } from '../ownership/ownedPartition';
import { consistentRead } from '../streams/consistentRead';
import type { ReadModel, StreamParts } from '../streams/ports';
import { takeParts, type StreamEntry } from '../streams/streamEntry';
import type { Job } from './job';

interface LoadDeps {
  readModel: ReadModel;
  windowStart(): string;
}

/** The stream whose parts are missing, and their names. */
export interface MissingParts {
  entry: StreamEntry;
  stream: DecidedStream;
  names: readonly string[];
}

/** Reads the parts a command names and moves them over the overlay's events. What is not found does not exist. */
export function loadParts(deps: LoadDeps, owned: OwnedPartition, job: Job, missing: MissingParts): Promise<void> {
  const { overlay, lease } = owned;
  const { entry, stream, names } = missing;
  return consistentRead(
    overlay,
    () => deps.readModel.loadParts(stream, lease.partition, names),
    (parts) => {
      const read = partsRead(missing, parts);
      for (const { event } of overlay.eventsOf(streamName(stream))) {
        if (names.includes(partOf(event) ?? '')) evolve(read, event);
      }
      takeParts(entry, read);
      job.partsReadInto = entry;
    },
  );
}

function partsRead({ stream, names }: MissingParts, parts: StreamParts): StreamState {
  const state: StreamState = beginning(stream.type);
  if (state.type === 'thread') for (const row of parts.messages) state.messages.set(row.message_id, row);
  if (state.type !== 'user') return state;
  // No row means that nothing was read and nothing set; that is remembered like any other row.
  for (const name of names) state.userThreads.set(name, unseenThread(stream.tenantId, stream.id, name));
  for (const row of parts.userThreads) state.userThreads.set(row.thread_id, row);
  return state;
}

/** Asks the table for a key that memory cannot rule out, then the overlay, which may hold what the table lacks. */
export function lookUpKey(deps: LoadDeps, owned: OwnedPartition, job: Job, entry: StreamEntry): Promise<void> {
  const { overlay, lease } = owned;
  const { stream, idempotency } = job.resolved;
  const keyHash = idempotency!.key_hash;
  return consistentRead(
    overlay,
    () => deps.readModel.findReceipt(stream, lease.partition, keyHash),
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
