import type { Actor } from '@threadlog/auth';
import type { PrivacyProgress, PrivacyRequestResource } from '@threadlog/events';
import {
  presentDeletion,
  presentExport,
  type DeletionLogRow,
  type ExportLogRow,
  type Statements,
} from '@threadlog/read-models';
import type { Keyset } from '../cursors';
import { keysetPage, type PageEdges } from '../pages';
import { scopeOf, seesAllRequests } from './access';

/** The worker's notes on a request, as they stand beside the read model. */
interface Notes {
  step: string;
  done: number;
  total: number | null;
  blocked_by: PrivacyProgress['blockedBy'];
  updated_at: string;
}

interface Found extends Record<string, unknown> {
  kind: 'export' | 'deletion';
  created_at: string;
  request_id: string;
  row: ExportLogRow | DeletionLogRow;
  notes: Notes | null;
}

/** A request as it is stored, and how far the worker is. */
export interface StoredRequest {
  kind: Found['kind'];
  row: ExportLogRow | DeletionLogRow;
  notes: Notes | null;
}

const NOTES = `(select json_build_object('step', j.step, 'done', j.done, 'total', j.total, 'blocked_by', j.blocked_by,
    'updated_at', to_char(j.updated_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'))
  from threadlog.privacy_jobs j
  where j.tenant_id = r.tenant_id and j.request_id = r.request_id and j.finished_at is null)`;

const selectSql = (schema: string, where: string): string => `
  select 'export' as kind, r.created_at, r.request_id, row_to_json(r) as row, ${NOTES} as notes
  from ${schema}.chat_export_logs r where r.tenant_id = $1 and ${where}
  union all
  select 'deletion', r.created_at, r.request_id, row_to_json(r), ${NOTES}
  from ${schema}.chat_deletion_logs r where r.tenant_id = $1 and ${where}`;

/** One request, whoever may see it; null where there is none. */
export async function findRequest(
  statements: Statements,
  tenantId: string,
  requestId: string,
): Promise<StoredRequest | null> {
  const [found] = await statements.rows<Found>('privacy_request', (schema) => selectSql(schema, 'r.request_id = $2'), [
    tenantId,
    requestId,
  ]);
  return found ?? null;
}

export interface RequestFilters {
  kind?: string | undefined;
  status?: string | undefined;
  learnerId?: string | undefined;
  userId?: string | undefined;
  cursor: Keyset | null;
  limit: number;
}

/** The requests that the actor may see, newest first. */
export async function requestPage(
  statements: Statements,
  actor: Actor,
  { cursor, limit, ...filters }: RequestFilters,
): Promise<PageEdges & { items: StoredRequest[] }> {
  const values: unknown[] = [actor.tenantId];
  const bind = (value: unknown): string => `$${values.push(value)}`;
  const conditions = [...visible(actor, bind), ...filtered(filters, bind)];
  const ascending = cursor?.direction === 'prev';
  const outer: string[] = [];
  if (filters.kind !== undefined) outer.push(`kind = ${bind(filters.kind)}`);
  if (cursor) {
    outer.push(`(created_at, request_id) ${ascending ? '>' : '<'} (${bind(cursor.at)}, ${bind(cursor.id)})`);
  }
  const order = ascending ? 'asc' : 'desc';
  const last = bind(limit + 1);
  const name = ['privacy_requests', order, ...conditions.map((one) => one.name), `${outer.length}`, filters.kind ?? ''];
  const rows = await statements.rows<Found>(
    name.join('_'),
    (schema) => `select * from (${selectSql(schema, conditions.map((one) => one.sql).join(' and ') || 'true')}) found
      ${outer.length > 0 ? `where ${outer.join(' and ')}` : ''}
      order by created_at ${order}, request_id ${order} limit ${last}`,
    values,
  );
  const page = keysetPage(rows, {
    list: 'privacy',
    cursor,
    limit,
    key: (row) => ({ at: row.created_at, id: row.request_id }),
  });
  const { rows: items, ...edges } = page;
  return { items, ...edges };
}

interface Condition {
  name: string;
  sql: string;
}

function visible(actor: Actor, bind: (value: unknown) => string): Condition[] {
  if (seesAllRequests(actor)) return [];
  const own = bind(actor.id);
  const scope = scopeOf(actor);
  const about = `r.requested_by = ${own} or r.subject_id = ${own}`;
  if (scope === null) return [{ name: 'guardian', sql: `(${about} or r.subject_kind = 'learner')` }];
  if (scope.length === 0) return [{ name: 'own', sql: `(${about})` }];
  return [{ name: 'scoped', sql: `(${about} or (r.subject_kind = 'learner' and r.subject_id = any(${bind(scope)})))` }];
}

function filtered(
  { status, learnerId, userId }: Omit<RequestFilters, 'cursor' | 'limit' | 'kind'>,
  bind: (value: unknown) => string,
): Condition[] {
  const conditions: Condition[] = [];
  if (status !== undefined) conditions.push({ name: 'status', sql: statusSql(bind(status)) });
  if (learnerId !== undefined)
    conditions.push({ name: 'learner', sql: `r.subject_kind = 'learner' and r.subject_id = ${bind(learnerId)}` });
  if (userId !== undefined)
    conditions.push({ name: 'user', sql: `r.subject_kind = 'user' and r.subject_id = ${bind(userId)}` });
  return conditions;
}

/** What the worker has begun with counts as running, though no event says so yet. */
function statusSql(status: string): string {
  const begun = `exists (select from threadlog.privacy_jobs j where j.tenant_id = r.tenant_id
    and j.request_id = r.request_id and j.finished_at is null and j.blocked_by is null)`;
  return `${status} = case when r.status = 'requested' and ${begun} then 'running' else r.status end`;
}

/** A request as it is shown; a download link only where one is given. */
export function presentRequest(
  { kind, row, notes }: StoredRequest,
  download: PrivacyRequestResource['download'] = null,
): PrivacyRequestResource {
  const open = row.status === 'requested' || row.status === 'running';
  const progress = open && notes ? progressOf(notes) : open ? waitingOf(row) : null;
  const around = { progress, download, running: notes !== null && notes.blocked_by === null };
  return kind === 'export'
    ? presentExport(row as ExportLogRow, around)
    : presentDeletion(row as DeletionLogRow, around);
}

function progressOf({ step, done, total, blocked_by, updated_at }: Notes): PrivacyProgress {
  return { step, done, total, blockedBy: blocked_by, updatedAt: updated_at };
}

/** An erasure that waits for its time has no notes yet. */
function waitingOf(row: ExportLogRow | DeletionLogRow): PrivacyProgress | null {
  if (!('execute_after' in row)) return null;
  return { step: 'waiting', done: 0, total: null, blockedBy: 'grace_period', updatedAt: row.created_at };
}
