import type { TenantId, ThreadResource } from '@threadlog/events';
import { unseenThread } from '../folds/userThread';
import { presentPreferences } from '../presenters/userThread';
import type { UserThreadRow } from '../rows';
import { createStatements, type ReadModelSource } from '../statements';
import { UNREAD_COUNTED } from './reading';

/** What of a thread's resource is its viewer's own. */
export type Standing = Pick<ThreadResource, 'unreadCount' | 'preferences'>;

/** Of a user who takes part in the thread and sees it from the message of this index on. */
export type StandingOf = (
  tenantId: TenantId,
  userId: string,
  place: { threadId: string; visibleFrom: number },
) => Promise<Standing>;

type Row = Pick<UserThreadRow, 'muted_until' | 'pinned' | 'hidden' | 'marked_unread'>;

export function createStandingQuery(source: ReadModelSource): StandingOf {
  const statements = createStatements(source);
  return async (tenantId, userId, { threadId, visibleFrom }) => {
    const [found] = await statements.rows<{ unread: number; own: Row | null }>('standing', standingSql, [
      tenantId,
      userId,
      threadId,
      visibleFrom,
    ]);
    const own = found?.own ?? unseenThread(tenantId, userId, threadId);
    return { unreadCount: found?.unread ?? 0, preferences: presentPreferences(own) };
  };
}

const standingSql = (schema: string): string => `
  with own as (
    select * from ${schema}.user_threads where tenant_id = $1 and user_id = $2 and thread_id = $3
  )
  select (select row_to_json(own) from own) as own, (
    select count(*)::integer from (
      select from ${schema}.message_refs x
      where x.tenant_id = $1 and x.thread_id = $3 and x.sender_id <> $2 and not x.deleted
      and x.message_index >= greatest($4::integer, coalesce((select read_index from own), 0) + 1)
      limit ${UNREAD_COUNTED}
    ) counted
  ) as unread`;
