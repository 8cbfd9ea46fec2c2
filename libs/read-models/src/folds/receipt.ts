import type { ChatEvent } from '@threadlog/events';
import type { ReceiptRow } from '../rows';

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
  if (event.stream_type !== 'thread') return event.stream_id;
  if ('message_id' in event.data) return event.data.message_id;
  if ('user_id' in event.data) return event.data.user_id;
  return event.stream_id;
}
