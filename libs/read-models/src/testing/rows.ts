import { tenantId } from '@threadlog/events';
import type { MessageRow } from '../rows';

let made = 0;

/** A row of a text message with an id of its own; the rest as given. */
export function messageRow(given: Partial<MessageRow> = {}): MessageRow {
  made += 1;
  const at = '2026-01-01T00:00:00.000001Z';
  return {
    tenant_id: tenantId('acme'),
    thread_id: 'thread-1',
    message_index: 1,
    message_id: `message-${process.pid}-${made}`,
    version: 2,
    created_version: 2,
    sender_id: 'ada',
    sender_type: 'user',
    message_type: 'text',
    content: 'v1.text',
    metadata: null,
    attachments: null,
    reply_to: null,
    mentions: [],
    client_message_id: null,
    edit: 0,
    pinned: false,
    reactions: null,
    history: null,
    created_at: at,
    updated_at: at,
    deleted_at: null,
    delete_reason: null,
    ...given,
  };
}
