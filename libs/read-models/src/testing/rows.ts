import { tenantId } from '@threadlog/events';
import type { DeletionLogRow, MessageRow } from '../projections';

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
    created_at: at,
    updated_at: at,
    deleted_at: null,
    delete_reason: null,
    event_id: null,
    actor_type: null,
    actor_role: null,
    posted_with: null,
    run: null,
    ...given,
  };
}

/** A row of an erasure that was asked for; the rest as given. */
export function deletionRow(given: Partial<DeletionLogRow> = {}): DeletionLogRow {
  return {
    tenant_id: tenantId('acme'),
    request_id: 'request-1',
    stream_id: 'ada',
    subject_kind: 'user',
    subject_id: 'ada',
    learner_id: null,
    requested_by: 'ada',
    status: 'requested',
    created_at: '2026-01-01T00:00:00.000001Z',
    completed_at: null,
    error: null,
    version: 1,
    reason: 'subject_request',
    execute_after: '2026-01-01T00:00:00.000001Z',
    started_at: null,
    erased_at: null,
    cancelled_at: null,
    readmitted_at: null,
    receipt: null,
    ...given,
  };
}
