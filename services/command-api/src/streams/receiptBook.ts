import type { ReceiptRow } from '@threadlog/read-models';
import { createKeyFilter, type KeyFilter } from './keyFilter';

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

/**
 * The receipts of one stream. While all of them are here a miss means a new command, which keeps the table off the hot
 * path. Those that had to go leave a trace in a filter that never forgets one: only a hit there costs a look-up.
 */
export interface ReceiptBook {
  find(keyHash: string, windowStart: string): Lookup;
  add(receipt: Receipt): void;
}

export function createReceiptBook(
  loaded: readonly ReceiptRow[],
  complete: boolean,
  bound = MAX_RECEIPTS_PER_STREAM,
): ReceiptBook {
  const byKey = new Map<string, Receipt>();
  let gone: KeyFilter | null = null;

  function add(receipt: Receipt): void {
    const key = receipt.row.key_hash;
    byKey.delete(key);
    byKey.set(key, receipt);
    if (byKey.size <= bound) return;
    const oldest = byKey.keys().next().value!;
    byKey.delete(oldest);
    gone ??= createKeyFilter();
    gone.add(oldest);
  }
  for (const row of [...loaded].reverse()) add({ row, settled: null });

  return {
    add,
    find(keyHash, windowStart) {
      const receipt = byKey.get(keyHash);
      if (receipt) return receipt.row.created_at >= windowStart ? receipt : 'absent';
      if (!complete || gone?.mayHave(keyHash)) return 'unknown';
      return 'absent';
    },
  };
}
