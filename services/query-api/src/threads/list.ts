import type { Actor } from '@threadlog/auth';
import type { Channel, ThreadStatus } from '@threadlog/events';
import {
  columnsOf,
  empty,
  join,
  MINUTE_LENGTH,
  param,
  raw,
  sql,
  takesPart,
  TENANT,
  threadsTable,
  VIEWER,
  viewerValues,
  type Sql,
  type Values,
} from '@threadlog/read-models';
import type { QueryContext } from '../context';
import type { Keyset } from '../cursors';
import { keysetPage, type PageEdges } from '../pages';
import { readable, type VisibleThread } from '../access/visibleThread';
import { DETAIL_COLUMNS, detailJoins } from '../access/details';
import type { ThreadPartsRow } from '../access/rows';
import { LIST_SOURCES, listSourceOf, PAGE_MEMBER, type ListSource } from './listSource';

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
  const source = request.parentThreadId === undefined ? listSourceOf(viewer) : 'below';
  const fetch = (from: ListSource): Promise<ThreadPartsRow[]> => {
    const conditions = conditionsOf(request);
    const name = ['threads', from, ...conditions.map((condition) => condition.name)].join('_');
    const text = (schema: Sql): Sql => listSql(schema, { request, source: from, conditions });
    return statements.composed<ThreadPartsRow>(name, text, { ...viewer, ...valuesOf(request) });
  };
  if (source !== 'collected') return fetch(source);
  if (busyViewers.has(actor)) {
    const rows = await fetch('recent');
    if (rows.length > request.limit) return rows;
    busyViewers.learn(actor, false);
  }
  const rows = await fetch('collected');
  if (rows.length > request.limit) busyViewers.learn(actor, true);
  return rows;
}

/** By the names that conditions ask for. */
function valuesOf({ cursor, limit, ...filters }: ThreadListRequest): Values {
  return { ...filters, fetched: limit + 1, at: cursor?.at, minute: cursor?.at.slice(0, MINUTE_LENGTH), id: cursor?.id };
}

interface ListParts {
  request: ThreadListRequest;
  source: ListSource;
  conditions: readonly Condition[];
}

function listSql(schema: Sql, { request: { cursor, parentThreadId }, source, conditions }: ListParts): Sql {
  const direction = raw(cursor?.direction === 'prev' ? 'asc' : 'desc');
  // The index knows the minute, which goes before the time that it is part of.
  const order = sql`order by t.active_minute ${direction}, t.updated_at ${direction}, t.thread_id ${direction}`;
  const there = sql`t.tenant_id = ${TENANT} and t.deleted_at is null
    ${parentThreadId === undefined ? sql`and t.parent_thread_id is null` : empty}`;
  const bounds = join([there, ...conditions.filter(({ isBound }) => isBound).map((one) => one.sql(schema))], ' and ');
  const all = join([there, ...conditions.map((one) => one.sql(schema))], ' and ');
  // Behind a select the planner does not see the number: it would plan again for each small page, four times its work.
  const limit = sql`(select ${param('fetched')}::integer)`;
  return sql`
    with page as materialized (
      select t.*, ${PAGE_MEMBER.columns} from ${LIST_SOURCES[source](schema, { bounds, order })}
      and ${all} ${order} limit ${limit}
    )
    select ${THREAD}, ${DETAIL_COLUMNS} from page t ${parentThreadId === undefined ? ITS_OWN_ROOT : rootOf(schema)}
    ${detailJoins(schema, PAGE_MEMBER.join)} ${order}`;
}

const THREAD = raw(`${columnsOf(threadsTable, 't')}, t.parked_offset`);

/** The learner and the members of a sub-thread are its root's. */
const rootOf = (schema: Sql): Sql => sql`join ${schema}.threads r
  on r.tenant_id = ${TENANT} and r.thread_id = t.parent_thread_id and r.deleted_at is null`;
const ITS_OWN_ROOT = sql`cross join lateral (select t.thread_id, t.learner_id) r`;

interface Condition {
  /** Tells every variant of the statement's text, so that each is prepared once. */
  name: string;
  /** Whether it also bounds which threads are looked through. */
  isBound?: boolean;
  sql: (schema: Sql) => Sql;
}

function conditionsOf({ cursor, hidden = false, subThreadsFrom = 1, ...filters }: ThreadListRequest): Condition[] {
  const conditions: Condition[] = [hiddenCondition(hidden)];
  for (const [name, condition] of Object.entries(FILTERS)) {
    if (filters[name as keyof typeof FILTERS] !== undefined) conditions.push({ name, sql: condition });
  }
  if (subThreadsFrom > 1) {
    conditions.push({ name: 'from', sql: () => sql`t.root_version >= ${param('subThreadsFrom')}` });
  }
  if (cursor) {
    const side = raw(cursor.direction === 'prev' ? '>' : '<');
    const place = sql`t.active_minute ${side}= ${param('minute')}
      and (t.updated_at, t.thread_id) ${side} (${param('at')}, ${param('id')})`;
    conditions.push({ name: cursor.direction, isBound: true, sql: () => place });
  }
  return conditions;
}

type Filter = Exclude<keyof ThreadFilters, 'hidden' | 'subThreadsFrom'>;
const FILTERS: { [Name in Filter]-?: (schema: Sql) => Sql } = {
  learnerId: () => sql`t.learner_id = ${param('learnerId')}`,
  status: () => sql`t.status = ${param('status')}`,
  channel: () => sql`t.channel = ${param('channel')}`,
  updatedAfter: () => sql`t.updated_at > ${param('updatedAfter')}`,
  parentThreadId: () => sql`t.parent_thread_id = ${param('parentThreadId')}`,
  participantId: (schema) => takesPart(schema, param('participantId')),
};

function hiddenCondition(hidden: boolean): Condition {
  const not = hidden ? empty : sql`not `;
  return {
    name: hidden ? 'hidden' : 'shown',
    sql: (schema) => sql`${not}exists (select from ${schema}.user_threads h
    where h.tenant_id = ${TENANT} and h.user_id = ${VIEWER} and h.thread_id = t.thread_id and h.hidden)`,
  };
}
