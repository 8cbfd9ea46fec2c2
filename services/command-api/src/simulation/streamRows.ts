import type { ChatEvent } from '@threadlog/events';
import { beginning, evolve, receiptOf, type ReceiptRow, type ThreadState } from '@threadlog/read-models';

/** A stream as the simulated read model keeps it. */
export interface StreamRows {
  state: ThreadState;
  lastTimestamp: string | null;
  receipts: Map<string, ReceiptRow>;
  /** Events of a parked stream, which wait; null while it is projected. */
  waiting: { event: ChatEvent; offset: number }[] | null;
}

/** The simulation writes to threads alone. */
export const emptyStream = (): StreamRows => ({
  state: beginning('thread'),
  lastTimestamp: null,
  receipts: new Map(),
  waiting: null,
});

/** Folds an event into a stream's rows; one that is not the next version is left out, as a replay would be. */
export function foldRows(rows: StreamRows, event: ChatEvent, at: { partition: number; offset: number }): void {
  if (event.stream_version <= rows.state.version) return;
  rows.lastTimestamp = event.timestamp;
  evolve(rows.state, event);
  const receipt = receiptOf(event, at.partition, at.offset);
  if (receipt) rows.receipts.set(receipt.key_hash, receipt);
}
