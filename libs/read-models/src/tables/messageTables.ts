import type { TenantId } from '@threadlog/events';
import type { MessageEditRow, MessageRow } from '../rows';
import type { Table } from './table';

export const messagesTable: Table<MessageRow> = {
  name: 'messages',
  columns: {
    tenant_id: 'text',
    thread_id: 'text',
    message_index: 'integer',
    message_id: 'text',
    version: 'integer',
    created_version: 'integer',
    sender_id: 'text',
    sender_type: 'text',
    message_type: 'text',
    content: 'text',
    metadata: 'text',
    attachments: 'text',
    reply_to: 'text',
    mentions: 'text[]',
    client_message_id: 'text',
    edit: 'integer',
    pinned: 'boolean',
    reactions: 'jsonb',
    created_at: 'text',
    updated_at: 'text',
    deleted_at: 'text',
    delete_reason: 'text',
  },
  key: ['tenant_id', 'thread_id', 'message_index'],
  guard: 'version',
};

export const messageEditsTable: Table<MessageEditRow> = {
  name: 'message_edits',
  columns: {
    tenant_id: 'text',
    thread_id: 'text',
    message_index: 'integer',
    slot: 'integer',
    edit: 'integer',
    sender_id: 'text',
    content: 'text',
    edited_at: 'text',
    version: 'integer',
  },
  key: ['tenant_id', 'thread_id', 'message_index', 'slot'],
  guard: 'version',
};

/** What relational queries need to know of a message where the messages themselves live in Mongo. */
export interface MessageRefRow {
  tenant_id: TenantId;
  thread_id: string;
  message_index: number;
  message_id: string;
  sender_id: string;
  created_at: string;
  version: number;
  deleted: boolean;
}

export const messageRefsTable: Table<MessageRefRow> = {
  name: 'message_refs',
  columns: {
    tenant_id: 'text',
    thread_id: 'text',
    message_index: 'integer',
    message_id: 'text',
    sender_id: 'text',
    created_at: 'text',
    version: 'integer',
    deleted: 'boolean',
  },
  key: ['tenant_id', 'thread_id', 'message_index'],
  guard: 'version',
};
