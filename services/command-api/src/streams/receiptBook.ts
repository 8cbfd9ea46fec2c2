import type { ReceiptRow } from '@threadlog/read-models';

/** A command that was carried out before; `settled` is there while its events are not acked yet. */
export interface Receipt {
  row: ReceiptRow;
  /** Resolves with the offset of the command's last event once its whole batch is acked; rejects when nobody knows. */
  settled: Promise<number> | null;
}

/** `absent` is certain; `unknown` means the table must be asked. */
export type Lookup = Receipt | 'absent' | 'unknown';

/** Receipts kept in memory for one stream; older ones are only in the table. */
export const MAX_RECEIPTS_PER_STREAM = 20_000;

/** Keys of receipts that had to make room; where there are more of them, every key that is not at hand is looked up. */
const MAX_KEYS_PER_STREAM = 100_000;

/**
 * The receipts of one stream. While all of them are known a miss means a new command, which keeps the table off the hot
 * path: a look-up with each command, in their order, leaves a busy thread a third of its commands a second. Receipts that
 * had to make room (500 bytes each) leave their keys (130 bytes) behind: only a hit there costs a look-up.
 */
export interface ReceiptBook {
  find(keyHash: string, windowStart: string): Lookup;
  add(receipt: Receipt): void;
}

export function createReceiptBook(
  loaded: readonly ReceiptRow[],
  complete: boolean,
  bounds = { receipts: MAX_RECEIPTS_PER_STREAM, keys: MAX_KEYS_PER_STREAM },
): ReceiptBook {
  const byKey = new Map<string, Receipt>();
  const gone = new Set<string>();
  let isComplete = complete;

  function add(receipt: Receipt): void {
    const key = receipt.row.key_hash;
    byKey.delete(key);
    byKey.set(key, receipt);
    if (byKey.size <= bounds.receipts) return;
    const oldest = byKey.keys().next().value!;
    byKey.delete(oldest);
    gone.add(oldest);
    if (gone.size <= bounds.keys) return;
    // A key that is forgotten must not be taken for new, so from here on none is without a look.
    isComplete = false;
    gone.clear();
  }
  for (const row of [...loaded].reverse()) add({ row, settled: null });

  return {
    add,
    find(keyHash, windowStart) {
      const receipt = byKey.get(keyHash);
      if (receipt) return receipt.row.created_at >= windowStart ? receipt : 'absent';
      if (!isComplete || gone.has(keyHash)) return 'unknown';
      return 'absent';
    },
  };
}
