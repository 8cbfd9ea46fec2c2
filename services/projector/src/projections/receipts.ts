import { receiptOf, receiptsTable, type ReceiptRow } from '@threadlog/read-models';
import { UNTOUCHED, type Projection } from './projection';

/**
 * First answers by idempotency key. A key that comes again, after its window or with the other events of its command,
 * takes the newer receipt, so the row before it is never needed.
 */
export const receipts: Projection<ReceiptRow> = {
  table: receiptsTable,
  remembered: false,
  touches: (event) =>
    event.idempotency
      ? [
          {
            key: {},
            name: `${event.tenant_id}/${event.stream_type}/${event.stream_id}/${event.idempotency.key_hash}`,
            fresh: true,
          },
        ]
      : UNTOUCHED,
  fold: (row, event, { place }) => receiptOf(event, place.partition, place.offset) ?? row,
};
