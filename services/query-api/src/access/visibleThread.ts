import {
  canSee,
  hasPermission,
  may,
  visibleFromIndex,
  visibleFromSeq,
  type Actor,
  type ThreadAccess,
} from '@threadlog/auth';
import { problem, rootThreadId, notThere } from '@threadlog/events';
import { param, sql, TENANT, viewerValues, visibleMessages, type Sql, type Statements } from '@threadlog/read-models';
import { ACCESS_COLUMNS, accessJoins, DETAIL_COLUMNS, detailJoins } from './details';
import type { ThreadAccessRow, ThreadPartsRow } from './rows';

/** A thread that the actor may see and read. */
export interface VisibleThread<TRow extends ThreadAccessRow = ThreadAccessRow> {
  row: TRow;
  /** Index of the first message that the actor sees. */
  visibleFrom: number;
  /** Seq of the root from which on it sees the sub-threads that begin there. */
  visibleFromSeq: number;
  /** Whether it sees the thread by taking part, not by scope or office. */
  byMembership: boolean;
}

/**
 * Resolves a thread and the actor's place in it, in one statement. Throws `not_found` for a thread that does not exist
 * or that the actor may not see, which must look the same; `forbidden` for one that it may see but not read.
 */
export async function resolveThread(statements: Statements, actor: Actor, threadId: string): Promise<VisibleThread> {
  const values = { ...viewerValues(actor), threadId, rootId: rootThreadId(threadId) };
  const [row] = await statements.composed<ThreadAccessRow>('thread_access', accessSql, values);
  return visible(actor, row);
}

/** The same with all that the thread's resource shows. */
export async function resolveThreadParts(
  statements: Statements,
  actor: Actor,
  threadId: string,
): Promise<VisibleThread<ThreadPartsRow>> {
  const values = { ...viewerValues(actor), threadId, rootId: rootThreadId(threadId) };
  const [row] = await statements.composed<ThreadPartsRow>('thread_parts', partsSql, values);
  return visible(actor, row);
}

/** Applies the access rule to a row of a list; null where the actor may not see or not read the thread. */
export function readable<TRow extends ThreadAccessRow>(actor: Actor, row: TRow): VisibleThread<TRow> | null {
  const access = accessOf(row);
  if (!canSee(actor, access) || !may(actor, 'thread.read', { ...access, createdBy: row.created_by })) return null;
  const byMembership = !canSee(actor, { ...access, participant: null });
  const [visibleFrom, fromSeq] = [visibleFromIndex(actor, access), visibleFromSeq(actor, access)];
  return { row, visibleFrom, visibleFromSeq: fromSeq, byMembership };
}

/** The same for one thread, found or not. Throws as `resolveThread` does. */
export function visible<TRow extends ThreadAccessRow>(actor: Actor, row: TRow | undefined): VisibleThread<TRow> {
  if (!row || !canSee(actor, accessOf(row))) throw notThere();
  const thread = readable(actor, row);
  if (!thread) throw problem('forbidden', 'reading threads needs the permission chat:read');
  return thread;
}

/** Messages that the actor may see, with or without tombstones. */
export function visibleCount({ row, visibleFrom }: VisibleThread, includeDeleted = false): number {
  return visibleMessages({ thread: row, visibleFrom, hiddenDeleted: row.hidden_deleted }, includeDeleted);
}

/** A list shows an actor without this permission nothing; saying so beats an empty page. */
export function requireRead(actor: Actor): void {
  if (!hasPermission(actor, 'chat:read')) throw problem('forbidden', 'reading threads needs the permission chat:read');
}

/** Those of these threads that the actor may see and read, by id. */
export async function threadsSeen(
  statements: Statements,
  actor: Actor,
  threadIds: readonly string[],
): Promise<ReadonlyMap<string, VisibleThread>> {
  if (threadIds.length === 0) return new Map();
  const values = { ...viewerValues(actor), threadIds, rootIds: threadIds.map(rootThreadId) };
  const rows = await statements.composed<ThreadAccessRow>('threads_seen', seenSql, values);
  const threads = rows.map((row) => readable(actor, row)).filter((thread) => thread !== null);
  return new Map(threads.map((thread) => [thread.row.thread_id, thread]));
}

function accessOf(row: ThreadAccessRow): ThreadAccess {
  const participant =
    row.member_role === null
      ? null
      : { role: row.member_role, visibleFromIndex: row.member_from!, visibleFromSeq: row.member_from_version! };
  return { tenantId: row.tenant_id, learnerId: row.root_learner_id, participant, beginsAtSeq: row.root_version };
}

const THREAD = param('threadId');
const ROOT = param('rootId');

const accessSql = (schema: Sql): Sql => sql`
  select t.*, ${ACCESS_COLUMNS} from ${schema}.threads t
  join ${schema}.threads r on r.tenant_id = ${TENANT} and r.thread_id = ${ROOT} and r.deleted_at is null
  ${accessJoins(schema)}
  where t.tenant_id = ${TENANT} and t.thread_id = ${THREAD} and t.deleted_at is null`;

const seenSql = (schema: Sql): Sql => sql`
  select t.*, ${ACCESS_COLUMNS}
  from unnest(${param('threadIds')}::text[], ${param('rootIds')}::text[]) as wanted(thread_id, root_id)
  join ${schema}.threads t on t.tenant_id = ${TENANT} and t.thread_id = wanted.thread_id and t.deleted_at is null
  join ${schema}.threads r on r.tenant_id = ${TENANT} and r.thread_id = wanted.root_id and r.deleted_at is null
  ${accessJoins(schema)}`;

const partsSql = (schema: Sql): Sql => sql`
  select t.*, ${DETAIL_COLUMNS} from ${schema}.threads t
  join ${schema}.threads r on r.tenant_id = ${TENANT} and r.thread_id = ${ROOT} and r.deleted_at is null
  ${detailJoins(schema)}
  where t.tenant_id = ${TENANT} and t.thread_id = ${THREAD} and t.deleted_at is null`;
