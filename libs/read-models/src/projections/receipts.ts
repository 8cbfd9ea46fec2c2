import type { ChatEvent, TenantId } from '@threadlog/events';
import { bigint, integer, text } from '../tables/columns';
import { defineTable, type RowOf } from '../tables/table';
import { UNTOUCHED, type Projection } from './projection';

/**
 * First answers by idempotency key, a row each event: a command's events travel together, so the last one says where it
 * stands. They are read newest first within a stream (the write side's load), which is the order of the primary key; by
 * their key where a stream has more of them than anybody remembers, for which a part of it tells them apart; and pruned by
 * age, for which a block range index costs next to nothing.
 */
export const receiptsTable = defineTable({
  name: 'command_receipts',
  columns: {
    tenant_id: text<TenantId>(),
    stream_type: text(),
    stream_id: text(),
    key_hash: text(),
    request_hash: text(),
    actor_id: text(),
    event_type: text(),
    resource_id: text(),
    version: integer(),
    partition: integer(),
    log_offset: bigint(),
    created_at: text(),
  },
  key: ['tenant_id', 'stream_type', 'stream_id', 'version'],
  guard: 'version',
  indexes: {
    receipts_by_key: { on: partOfKey('key_hash') },
    receipts_by_age: { using: 'brin', on: 'created_at' },
  },
});

/** In SQL: the part of an idempotency key's hash that stands in the index. */
export function partOfKey(keyHash: string): string {
  return `left(${keyHash}, 8)`;
}

export type ReceiptRow = RowOf<typeof receiptsTable>;

/** Of a key that comes again, after its window or with the other events of its command, the newest receipt counts. */
export const receipts: Projection<ReceiptRow> = {
  table: receiptsTable,
  remembered: false,
  touches: (event) =>
    event.idempotency
      ? [
          {
            key: {},
            name: `${event.tenant_id}/${event.stream_type}/${event.stream_id}/${event.stream_version}`,
            fresh: true,
          },
        ]
      : UNTOUCHED,
  fold: (row, event, { place }) => receiptOf(event, place.partition, place.offset) ?? row,
};

/**
 * The receipt that an event leaves, or null when it carries no idempotency hashes. A command's events travel together
 * and carry the same hashes; the last one's receipt wins. The resource is the message it is about, else the stream.
 */
export function receiptOf(event: ChatEvent, partition: number, offset: number): ReceiptRow | null {
  if (!event.idempotency) return null;
  return {
    tenant_id: event.tenant_id,
    stream_type: event.stream_type,
    stream_id: event.stream_id,
    key_hash: event.idempotency.key_hash,
    request_hash: event.idempotency.request_hash,
    actor_id: event.actor.id,
    event_type: event.event_type,
    resource_id: resourceOf(event),
    version: event.stream_version,
    partition,
    log_offset: offset,
    created_at: event.timestamp,
  };
}

function resourceOf(event: ChatEvent): string {
  if (event.stream_type === 'privacy' && 'request_id' in event.data) return event.data.request_id;
  if (event.event_type === 'CHAT_LEGAL_HOLD_SET') return event.data.hold_id;
  if ('secret_id' in event.data) return event.data.secret_id;
  if (event.stream_type !== 'thread') return event.stream_id;
  if ('message_id' in event.data) return event.data.message_id;
  if ('user_id' in event.data) return event.data.user_id;
  return event.stream_id;
}
