import type { TenantId } from '@threadlog/events';
import type { MessageRow } from '../projections';
import type { Statements } from '../statements';

/** A message as somebody is about to be shown it, who sees its thread from the message of index `visibleFrom` on. */
export interface Referring {
  row: Pick<MessageRow, 'message_id' | 'reply_to'>;
  visibleFrom: number;
}

/** What hides nothing. */
export const NOTHING_HIDDEN: ReadonlySet<string> = new Set();

/**
 * Ids of the messages that these reply to and that are not there for who is shown them, because they are from before its
 * history. Asks only where somebody sees less than all and is shown a reply to what is not shown beside it. What cannot be
 * found counts as hidden.
 */
export async function hiddenReplies(
  statements: Statements,
  tenantId: TenantId,
  shown: readonly Referring[],
): Promise<ReadonlySet<string>> {
  const open = new Map<string, number>();
  for (const { row, visibleFrom } of shown) {
    if (row.reply_to !== null && visibleFrom > 1) open.set(row.reply_to, visibleFrom);
  }
  if (open.size === 0) return NOTHING_HIDDEN;
  for (const { row } of shown) open.delete(row.message_id);
  if (open.size === 0) return NOTHING_HIDDEN;
  const indexes = await messageIndexes(statements, tenantId, [...open.keys()]);
  return new Set([...open].filter(([id, from]) => (indexes.get(id) ?? 0) < from).map(([id]) => id));
}

/** The indexes of these messages in their threads, by id; missing ones are left out. An index never changes. */
export async function messageIndexes(
  statements: Statements,
  tenantId: TenantId,
  messageIds: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const rows = await statements.rows<{ message_id: string; message_index: number }>(
    'message_indexes',
    (schema) =>
      `select message_id, message_index from ${schema}.message_refs where tenant_id = $1 and message_id = any($2)`,
    [tenantId, messageIds],
  );
  return new Map(rows.map(({ message_id, message_index }) => [message_id, message_index]));
}
