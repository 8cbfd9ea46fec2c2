import type { TenantId } from '@threadlog/events';
import type { MessageKey } from '../messages/port';
import { createStatements, type ReadModelSource } from '../statements';

/** Place among a sender's messages, which are walked by thread and index. */
export type SenderCursor = Pick<MessageKey, 'thread_id' | 'message_index'>;

/**
 * What somebody wrote, wherever the messages themselves live: `message_refs` stands in Postgres beside either message
 * store, so these keys are what `MessageStore.byKeys` is asked for.
 */
export interface SenderQueries {
  /** Keys of the sender's messages after a place, tombstones too, by thread and index; `limit` at most. */
  messageKeysOf(
    tenantId: TenantId,
    senderId: string,
    page: { after?: SenderCursor | undefined; limit: number },
  ): Promise<MessageKey[]>;
  /** How many messages the sender wrote, in these threads where some are named; tombstones too. */
  countOf(tenantId: TenantId, senderId: string, threadIds?: readonly string[]): Promise<number>;
}

export function createSenderQueries(source: ReadModelSource): SenderQueries {
  const statements = createStatements(source);
  return {
    messageKeysOf: (tenantId, senderId, { after, limit }) =>
      statements.rows(
        'message_keys_of_sender',
        (schema) => `select tenant_id, thread_id, message_index from ${schema}.message_refs
          where tenant_id = $1 and sender_id = $2 and (thread_id, message_index) > ($3, $4)
          order by thread_id, message_index limit $5`,
        [tenantId, senderId, after?.thread_id ?? '', after?.message_index ?? 0, limit],
      ),
    async countOf(tenantId, senderId, threadIds) {
      const within = threadIds ? 'and thread_id = any($3)' : '';
      const [row] = await statements.rows<{ count: number }>(
        `message_count_of_sender${threadIds ? '_in' : ''}`,
        (schema) => `select count(*) from ${schema}.message_refs where tenant_id = $1 and sender_id = $2 ${within}`,
        [tenantId, senderId, ...(threadIds ? [threadIds] : [])],
      );
      return row?.count ?? 0;
    },
  };
}
