import type { Statements } from '@threadlog/read-models';
import type { MemberPlace } from './participants';

/** How far a member has read a thread. */
export interface Receipt {
  userId: string;
  messageId: string;
  messageIndex: number;
  readAt: string;
}

/**
 * Of everybody who takes part now and has read something that the viewer sees, who has read furthest first. Members are the
 * root's.
 */
export function receiptsOf(statements: Statements, thread: MemberPlace & { visibleFrom: number }): Promise<Receipt[]> {
  return statements.rows<Receipt>(
    'receipts',
    (schema) => `select u.user_id as "userId", u.read_message_id as "messageId", u.read_index as "messageIndex",
        u.read_at as "readAt"
      from ${schema}.user_threads u
      join ${schema}.participants p
        on p.tenant_id = $1 and p.thread_id = $3 and p.user_id = u.user_id and p.removed_at is null
      where u.tenant_id = $1 and u.thread_id = $2 and u.read_index >= $4
      order by u.read_index desc, u.read_at, u.user_id`,
    [thread.tenantId, thread.threadId, thread.rootId, thread.visibleFrom],
  );
}
