import type { MessageRow } from '../projections';
import type { MessageKey } from './port';

/** A message as stored in Mongo: the row, and its place as primary key. */
export type MessageDocument = MessageRow & { _id: string };

/** Width of the largest index a thread can reach, so that text order is number order. */
const INDEX_DIGITS = 10;

/** Primary key of a message; ids hold no `/`. */
export function messageDocumentId(key: MessageKey): string {
  return `${key.tenant_id}/${key.thread_id}/${String(key.message_index).padStart(INDEX_DIGITS, '0')}`;
}

export function toDocument(row: MessageRow): MessageDocument {
  return { _id: messageDocumentId(row), ...row };
}

export function fromDocument({ _id, ...row }: MessageDocument): MessageRow {
  return row;
}
