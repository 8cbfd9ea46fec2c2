import type { Actor } from '@threadlog/auth';
import type { Channel, ThreadStatus } from '@threadlog/events';
import { threadsTable } from '@threadlog/read-models';
import type { QueryContext } from '../context';
import type { Keyset } from '../cursors';
import { keysetPage, type PageEdges } from '../pages';
import { readable, type VisibleThread } from './access';
import { DETAIL_COLUMNS, detailJoins } from './details';
import type { ThreadPartsRow } from './rows';
import { PAGE_MEMBER, REACHES, reachOf, takesPart, type Reach } from './reach';
import { viewerValues, type ViewerValues } from './viewer';

export interface ThreadFilters {
  learnerId?: string | undefined;
  status?: ThreadStatus | undefined;
  channel?: Channel | undefined;
  participantId?: string | undefined;
  /** Its sub-threads, instead of root threads; the caller has checked that the actor sees it. */
  parentThreadId?: string | undefined;
  /** Seq of that thread from which on the actor sees the sub-threads that begin there. */
  subThreadsFrom?: number | undefined;
  /** Those that the actor has hidden, instead of those it has not. */
  hidden?: boolean | undefined;
  /** Threads whose last activity is later. */
  updatedAfter?: string | undefined;
}

export interface ThreadListRequest extends ThreadFilters {
  cursor: Keyset | null;
  limit: number;
}

export interface ThreadList extends PageEdges {
  threads: VisibleThread<ThreadPartsRow>[];
}

/**
 * The actor's threads, newest activity first. Each page is a range of (last activity, id); a thread that becomes active
 * while somebody pages moves to the front, before the cursor, where `updatedAfter` finds it.
 */
export async function listThreads(
  context: Pick<QueryContext, 'statements' | 'busyViewers'>,
  actor: Actor,
  request: ThreadListRequest,
): Promise<ThreadList> {
  const { rows, ...edges } = keysetPage(await fetchPage(context, actor, request), {
    list: 'threads',
    cursor: request.cursor,
    limit: request.limit,
    key: (row) => ({ at: row.updated_at, id: row.thread_id }),
  });
  const threads = rows.map((row) => readable(actor, row)).filter((thread) => thread !== null);
  return { threads, ...edges };
}

/**
 * One more row than the page has. Who is in very many threads is spared from collecting them all: a page that the most
 * recent ones fill is the same page.
 */
async function fetchPage(
  { statements, busyViewers }: Pick<QueryContext, 'statements' | 'busyViewers'>,
  actor: Actor,
  request: ThreadListRequest,
): Promise<ThreadPartsRow[]> {
  const viewer = viewerValues(actor);
  const reach = request.parentThreadId === undefined ? reachOf(viewer) : 'all';
  const fetch = (from: Reach): Promise<ThreadPartsRow[]> => {
    const { name, text, values } = listStatement(viewer, request, from);
    return statements.rows<ThreadPartsRow>(name, text, values);
  };
  if (reach !== 'listed') return fetch(reach);
  if (busyViewers.has(actor)) {
    const rows = await fetch('recent');
    if (rows.length > request.limit) return rows;
    busyViewers.learn(actor, false);
  }
  const rows = await fetch('listed');
  if (rows.length > request.limit) busyViewers.learn(actor, true);
  return rows;
}

interface ListStatement {
  /** Tells every variant of the text, so that each is prepared once. */
  name: string;
  text: (schema: string) => string;
  values: unknown[];
}

function listStatement(viewer: ViewerValues, request: ThreadListRequest, reach: Reach): ListStatement {
  const subThreads = request.parentThreadId !== undefined;
  const values: unknown[] = [...viewer];
  const bind = (value: unknown): string => `$${values.push(value)}`;
  const place = cursorConditions(request.cursor, bind);
  const conditions = [...filterConditions(request, bind), ...place];
  // Behind a select the planner does not see the number: it would plan anew for each small page, four times its work.
  const limit = `(select ${bind(request.limit + 1)}::integer)`;
  const direction = request.cursor?.direction === 'prev' ? 'asc' : 'desc';
  const order = `order by t.updated_at ${direction}, t.thread_id ${direction}`;
  const there = `t.tenant_id = $1 and t.deleted_at is null ${subThreads ? '' : 'and t.parent_thread_id is null'}`;
  const joined = (schema: string, given: readonly Condition[]): string =>
    given.map(({ sql }) => ` and ${sql(schema)}`).join('');
  const text = (schema: string): string => `
    with page as materialized (
      select t.*, ${PAGE_MEMBER.columns} from ${REACHES[reach](schema, { bounds: there + joined(schema, place), order })}
      and ${there} ${joined(schema, conditions)} ${order} limit ${limit}
    )
    select ${THREAD}, ${DETAIL_COLUMNS} from page t ${subThreads ? rootOf(schema) : ITS_OWN_ROOT}
    ${detailJoins(schema, PAGE_MEMBER.join)} ${order}`;
  return { name: ['threads', reach, ...conditions.map((condition) => condition.name)].join('_'), text, values };
}

const THREAD = [...Object.keys(threadsTable.columns), 'parked_offset'].map((column) => `t.${column}`).join(', ');

/** The learner and the members of a sub-thread are its root's. */
const rootOf = (schema: string): string =>
  `join ${schema}.threads r on r.tenant_id = $1 and r.thread_id = t.parent_thread_id and r.deleted_at is null`;
const ITS_OWN_ROOT = 'cross join lateral (select t.thread_id, t.learner_id) r';

interface Condition {
  name: string;
  sql: (schema: string) => string;
}
type Bind = (value: unknown) => string;

function cursorConditions(cursor: Keyset | null, bind: Bind): Condition[] {
  if (!cursor) return [];
  const [at, id] = [bind(cursor.at), bind(cursor.id)];
  const side = cursor.direction === 'prev' ? '>' : '<';
  return [{ name: cursor.direction, sql: () => `(t.updated_at, t.thread_id) ${side} (${at}, ${id})` }];
}

function filterConditions(filters: ThreadFilters, bind: Bind): Condition[] {
  const conditions: Condition[] = [hiddenCondition(filters.hidden ?? false)];
  const add = (
    name: Exclude<keyof ThreadFilters, 'hidden' | 'subThreadsFrom'>,
    sql: (value: string, schema: string) => string,
  ): void => {
    if (filters[name] === undefined) return;
    const value = bind(filters[name]);
    conditions.push({ name, sql: (schema) => sql(value, schema) });
  };
  add('learnerId', (value) => `t.learner_id = ${value}`);
  add('status', (value) => `t.status = ${value}`);
  add('channel', (value) => `t.channel = ${value}`);
  add('updatedAfter', (value) => `t.updated_at > ${value}`);
  add('parentThreadId', (value) => `t.parent_thread_id = ${value}`);
  const from = filters.subThreadsFrom ?? 1;
  if (from > 1) {
    const value = bind(from);
    conditions.push({ name: 'from', sql: () => `t.root_version >= ${value}` });
  }
  add('participantId', (value, schema) => takesPart(schema, value));
  return conditions;
}

function hiddenCondition(hidden: boolean): Condition {
  const sql = (schema: string): string => `${hidden ? '' : 'not '}exists (select from ${schema}.user_threads h
    where h.tenant_id = $1 and h.user_id = $2 and h.thread_id = t.thread_id and h.hidden)`;
  return { name: hidden ? 'hidden' : 'shown', sql };
}
