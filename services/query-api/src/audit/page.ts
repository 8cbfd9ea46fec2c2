import type { Actor } from '@threadlog/auth';
import type { Json } from '@threadlog/events';
import type { AuditRow, Statements } from '@threadlog/read-models';
import type { Keyset } from '../cursors';
import { keysetPage, type PageEdges } from '../pages';

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
  const values: unknown[] = [actor.tenantId, limit + 1];
  const bind = (value: unknown): string => `$${values.push(value)}`;
  const conditions = Object.entries(CONDITIONS).flatMap(([name, sql]) => {
    const value = filters[name as keyof AuditFilters];
    return value === undefined ? [] : [{ name, sql: sql(bind(value)) }];
  });
  const direction = cursor?.direction === 'prev' ? 'asc' : 'desc';
  if (cursor) {
    const side = cursor.direction === 'prev' ? '>' : '<';
    conditions.push({ name: cursor.direction, sql: `(at, event_id) ${side} (${bind(cursor.at)}, ${bind(cursor.id)})` });
  }
  const rows = await statements.rows<AuditRow & Record<string, unknown>>(
    ['audit', ...conditions.map((condition) => condition.name)].join('_'),
    (schema) => `select * from ${schema}.audit_log
      where tenant_id = $1 ${conditions.map(({ sql }) => `and ${sql}`).join(' ')}
      order by at ${direction}, event_id ${direction} limit $2`,
    values,
  );
  const page = keysetPage(rows, { list: 'audit', cursor, limit, key: (row) => ({ at: row.at, id: row.event_id }) });
  const { rows: shown, ...edges } = page;
  return { items: shown.map(itemOf), ...edges };
}

/** `threadId` finds what was done in a thread, and what users set for themselves about it. */
const CONDITIONS: { [Name in keyof Required<AuditFilters>]: (value: string) => string } = {
  actorId: (value) => `actor_id = ${value}`,
  threadId: (value) =>
    `((stream_type = 'thread' and stream_id = ${value}) or (stream_type <> 'thread' and thread_id = ${value}))`,
  type: (value) => `event_type = ${value}`,
  since: (value) => `at >= ${value}`,
  stream: (value) => `stream_type = 'thread' and stream_id = ${value}`,
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
