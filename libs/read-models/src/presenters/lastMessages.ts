import { LRUCache } from 'lru-cache';
import type { MessageKey, MessageStore } from '../messages/port';
import type { MessageRow, ThreadRow } from '../projections';

/** A thread, and which of its messages is the last that its viewer sees. */
export interface LastMessageOf extends Pick<ThreadRow, 'tenant_id' | 'thread_id' | 'version'> {
  last_visible_index: number | null;
}

export interface LastMessages {
  /** By thread. A message deleted since the threads were read is left out rather than shown as a tombstone. */
  of(threads: readonly LastMessageOf[]): Promise<Map<string, MessageRow>>;
}

const MAX_CHARACTERS = 32_000_000;
/** What a row takes beside its sealed columns. */
const ROW_CHARACTERS = 1_000;

/**
 * Remembers the last messages of threads, as they are stored, for as long as the thread stands at the version it was
 * read for: whatever changes a message moves that. A text whose key is destroyed is refused by the opener, here too.
 */
export function createLastMessages(messages: () => Pick<MessageStore, 'byKeys'>): LastMessages {
  const known = new LRUCache<string, { version: number; row: MessageRow }>({
    maxSize: MAX_CHARACTERS,
    sizeCalculation: ({ row }) =>
      ROW_CHARACTERS + [row.content, row.metadata, row.attachments].reduce((sum, text) => sum + (text?.length ?? 0), 0),
  });
  const nameOf = (row: MessageKey): string => `${row.tenant_id}/${row.thread_id}/${row.message_index}`;
  return {
    async of(threads) {
      const found = new Map<string, MessageRow>();
      const missing = new Map<string, MessageKey & { version: number }>();
      for (const { tenant_id, thread_id, version, last_visible_index: message_index } of threads) {
        if (message_index === null) continue;
        const key = { tenant_id, thread_id, message_index };
        const entry = known.get(nameOf(key));
        if (entry?.version === version) found.set(thread_id, entry.row);
        else missing.set(nameOf(key), { ...key, version });
      }
      for (const row of await messages().byKeys([...missing.values()])) {
        if (row.deleted_at !== null) continue;
        known.set(nameOf(row), { version: missing.get(nameOf(row))!.version, row });
        found.set(row.thread_id, row);
      }
      return found;
    },
  };
}
