import type { Actor } from '@threadlog/auth';
import type { Json } from '@threadlog/events';
import { AUDIT_TRAIL, type AuditRow, type Query, type Statements } from '@threadlog/read-models';
import type { Keyset } from '../cursors';
import { keysetOrder, keysetPage, type PageEdges } from '../pages';

/** One deed, as it was recorded. No text: of what was sealed only the names of the fields are here. */
export interface AuditItem {
  id: string;
  type: string;
  at: string;
  actor: { type: string; id: string; role: string | null };
  threadId: string | null;
  messageId: string | null;
  /** The user it was done to. */
  userId: string | null;
  /** Its number among the events of its stream. */
  seq: number;
  detail: Record<string, Json> | null;
}

export interface AuditFilters {
  actorId?: string | undefined;
  threadId?: string | undefined;
  type?: string | undefined;
  /** From this time on. */
  since?: string | undefined;
  /** Only the events of the thread itself. */
  stream?: string | undefined;
}

export interface AuditPage extends PageEdges {
  items: AuditItem[];
}

/** The tenant's audit log, newest first. The caller has checked that the actor may read it. */
export async function auditPage(
  statements: Statements,
  actor: Actor,
  { cursor, limit, ...filters }: AuditFilters & { cursor: Keyset | null; limit: number },
): Promise<AuditPage> {
  const rows = await statements.built<AuditRow & Record<string, unknown>>((query) => {
    query.select('*').from(AUDIT_TRAIL).where('tenant_id', actor.tenantId);
    for (const [name, filter] of Object.entries(FILTERS)) {
      const value = filters[name as keyof AuditFilters];
      if (value !== undefined) void query.where((where) => filter(where, value));
    }
    return keysetOrder(query, { cursor, columns: ['at', 'event_id'], limit: limit + 1 });
  });
  const page = keysetPage(rows, { list: 'audit', cursor, limit, key: (row) => ({ at: row.at, id: row.event_id }) });
  const { rows: shown, ...edges } = page;
  return { items: shown.map(itemOf), ...edges };
}

/** `threadId` finds what was done in a thread, and what users set for themselves about it. */
const FILTERS: { [Name in keyof Required<AuditFilters>]: (where: Query, value: string) => unknown } = {
  actorId: (where, value) => where.where('actor_id', value),
  threadId: (where, value) =>
    where
      .where({ stream_type: 'thread', stream_id: value })
      .orWhere((other) => other.whereNot('stream_type', 'thread').where('thread_id', value)),
  type: (where, value) => where.where('event_type', value),
  since: (where, value) => where.where('at', '>=', value),
  stream: (where, value) => where.where({ stream_type: 'thread', stream_id: value }),
};

function itemOf(row: AuditRow): AuditItem {
  return {
    id: row.event_id,
    type: row.event_type,
    at: row.at,
    actor: { type: row.actor_type, id: row.actor_id, role: row.actor_role },
    threadId: row.thread_id,
    messageId: row.message_id,
    userId: row.user_id,
    seq: row.version,
    detail: row.detail,
  };
}
