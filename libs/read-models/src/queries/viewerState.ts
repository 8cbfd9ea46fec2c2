import type { TenantId, ThreadResource } from '@threadlog/events';
import { unseenThread, type UserThreadRow } from '../projections';
import { presentPreferences } from '../presenters/userThread';
import { TENANT, VIEWER } from '../access/rule';
import { param, sql, type Sql } from '../sql/compose';
import { createStatements, type ReadModelSource } from '../statements';
import { unreadFrom } from './unread';

/** What of a thread's resource is its viewer's own. */
export interface ViewerState extends Pick<ThreadResource, 'unreadCount' | 'preferences'> {
  /** Deleted messages from before what it sees. */
  hiddenDeleted: number;
}

/** Where a user who takes part in a root thread stands in it. */
export interface ViewerPlace {
  threadId: string;
  /** Index of the first message that it sees. */
  visibleFrom: number;
  /** Messages that there were when it joined. */
  joinedIndex: number;
}

export type ViewerStateOf = (tenantId: TenantId, userId: string, place: ViewerPlace) => Promise<ViewerState>;

type Row = Pick<UserThreadRow, 'muted_until' | 'pinned' | 'hidden' | 'marked_unread'>;

export function createViewerStateQuery(source: ReadModelSource): ViewerStateOf {
  const statements = createStatements(source);
  return async (tenantId, userId, { threadId, visibleFrom, joinedIndex }) => {
    const values = { tenantId, viewerId: userId, threadId, from: Math.max(visibleFrom, joinedIndex + 1), visibleFrom };
    const [found] = await statements.composed<{ unread: number | null; hidden_deleted: number; own: Row | null }>(
      'viewer_state',
      stateSql,
      values,
    );
    const own = found?.own ?? unseenThread(tenantId, userId, threadId);
    return {
      unreadCount: found?.unread ?? 0,
      hiddenDeleted: found?.hidden_deleted ?? 0,
      preferences: presentPreferences(own),
    };
  };
}

const THREAD = param('threadId');
const VISIBLE_FROM = sql`${param('visibleFrom')}::integer`;

const stateSql = (schema: Sql): Sql => sql`
  select row_to_json(u) as own, unread.n as unread, case when ${VISIBLE_FROM} > 1 then (
      select count(*)::integer from ${schema}.message_refs
      where tenant_id = ${TENANT} and thread_id = ${THREAD} and message_index < ${VISIBLE_FROM} and deleted
    ) else 0 end as hidden_deleted
  from (select 1) one
  left join ${schema}.threads t on t.tenant_id = ${TENANT} and t.thread_id = ${THREAD}
  left join ${schema}.user_threads u on u.tenant_id = ${TENANT} and u.user_id = ${VIEWER} and u.thread_id = ${THREAD}
  left join lateral (${unreadFrom(schema, sql`greatest(${param('from')}::integer, u.read_index + 1)`)}) unread on true`;
