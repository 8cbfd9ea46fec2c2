import type { TenantId, ThreadResource } from '@threadlog/events';
import { unseenThread, type UserThreadRow } from '../projections';
import { presentPreferences } from '../presenters/userThread';
import { createStatements, type ReadModelSource } from '../statements';
import { unreadFrom } from './unread';

/** What of a thread's resource is its viewer's own. */
export interface Standing extends Pick<ThreadResource, 'unreadCount' | 'preferences'> {
  /** Deleted messages from before what it sees. */
  hiddenDeleted: number;
}

/** Where a user who takes part in a root thread stands in it. */
export interface StandingPlace {
  threadId: string;
  /** Index of the first message that it sees. */
  visibleFrom: number;
  /** Messages that there were when it joined. */
  joinedIndex: number;
}

export type StandingOf = (tenantId: TenantId, userId: string, place: StandingPlace) => Promise<Standing>;

type Row = Pick<UserThreadRow, 'muted_until' | 'pinned' | 'hidden' | 'marked_unread'>;

export function createStandingQuery(source: ReadModelSource): StandingOf {
  const statements = createStatements(source);
  return async (tenantId, userId, { threadId, visibleFrom, joinedIndex }) => {
    const [found] = await statements.rows<{ unread: number | null; hidden_deleted: number; own: Row | null }>(
      'standing',
      standingSql,
      [tenantId, userId, threadId, Math.max(visibleFrom, joinedIndex + 1), visibleFrom],
    );
    const own = found?.own ?? unseenThread(tenantId, userId, threadId);
    return {
      unreadCount: found?.unread ?? 0,
      hiddenDeleted: found?.hidden_deleted ?? 0,
      preferences: presentPreferences(own),
    };
  };
}

const standingSql = (schema: string): string => `
  select row_to_json(u) as own, unread.n as unread, case when $5::integer > 1 then (
      select count(*)::integer from ${schema}.message_refs
      where tenant_id = $1 and thread_id = $3 and message_index < $5 and deleted
    ) else 0 end as hidden_deleted
  from (select 1) one
  left join ${schema}.threads t on t.tenant_id = $1 and t.thread_id = $3
  left join ${schema}.user_threads u on u.tenant_id = $1 and u.user_id = $2 and u.thread_id = $3
  left join lateral (${unreadFrom(schema, 'greatest($4::integer, u.read_index + 1)')}) unread on true`;
