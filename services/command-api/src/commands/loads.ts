import { foldMessage, receiptOf, type MessageRow } from '@threadlog/read-models';
import type { ReadModel } from '../ownership/ports';
import { readBesideOverlay } from '../ownership/snapshotRule';
import type { Tenure } from '../ownership/tenure';
import { rememberMessage, type StreamEntry } from '../streams/streamEntry';
import type { Job } from './job';
import { streamName } from '@threadlog/events';

interface LoadDeps {
  readModel: ReadModel;
  windowStart(): string;
}

/** Reads the messages a command names and folds the overlay's events onto them. What is not found does not exist. */
export function loadMessages(
  deps: LoadDeps,
  tenure: Tenure,
  job: Job,
  home: { entry: StreamEntry; stream: Job['target']['stream']; ids: readonly string[] },
): Promise<void> {
  const { overlay, lease } = tenure;
  return readBesideOverlay(
    overlay,
    () => deps.readModel.loadMessages(home.stream, lease.partition, home.ids),
    ({ rows }) => {
      const found = new Map<string, MessageRow | null>(rows.map((row) => [row.message_id, row]));
      for (const { event } of overlay.eventsOf(streamName(home.stream))) {
        const id = 'message_id' in event.data ? event.data.message_id : undefined;
        if (id !== undefined && home.ids.includes(id)) found.set(id, foldMessage(found.get(id) ?? null, event));
      }
      for (const row of found.values()) if (row) rememberMessage(home.entry, row);
      job.messagesReadInto = home.entry;
    },
  );
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
