import type { Actor } from '@threadlog/auth';
import {
  aboutLearners,
  membershipsOf,
  param,
  sql,
  TENANT,
  viewerValues,
  type Sql,
  type Statements,
} from '@threadlog/read-models';
import { LRUCache } from 'lru-cache';

/** Threads that are few enough to be looked through themselves. */
const FEW_THREADS = 100;
/** Threads that are named to the planner at most. */
const MANY_THREADS = 1_000;
/** How long it is remembered that somebody has more than these: only the way of searching depends on it. */
const REMEMBERED_MS = 60_000;
const MAX_REMEMBERED = 20_000;

export interface Root {
  thread_id: string;
  /** When it or a sub-thread was last active: it has no later text. */
  active_at: string;
  messages: number;
}

/** The root threads that somebody sees, for a search to begin with. */
export interface SearchRoots {
  /** Active last first; null where they are not few. */
  few(statements: Statements, actor: Actor): Promise<Root[] | null>;
  /** All of them; null where they are too many to be named. */
  many(statements: Statements, actor: Actor): Promise<string[] | null>;
}

export function createSearchRoots(): SearchRoots {
  const more = new LRUCache<string, number>({ max: MAX_REMEMBERED, ttl: REMEMBERED_MS });
  async function upTo<T>(most: number, actor: Actor, load: () => Promise<T[]>): Promise<T[] | null> {
    const name = `${actor.tenantId}/${actor.id}`;
    if (seesOthers(actor) || (more.get(name) ?? 0) >= most) return null;
    const rows = await load();
    if (rows.length <= most) return rows;
    more.set(name, most);
    return null;
  }
  return {
    few: (statements, actor) => upTo(FEW_THREADS, actor, () => loadFew(statements, actor)),
    many: (statements, actor) => upTo(MANY_THREADS, actor, () => loadMany(statements, actor)),
  };
}

/** Whether it sees threads that are neither its own nor about its learners. */
function seesOthers(actor: Actor): boolean {
  const { seesAll, seesLearners } = viewerValues(actor);
  return seesAll || seesLearners;
}

/** Those that the viewer takes part in and those about its learners: by index, and one more than is wanted. */
const ROOTS = (schema: Sql): Sql => sql`(
    select p.thread_id from ${membershipsOf(schema)}
    union
    select t.thread_id from ${aboutLearners(schema)} and t.parent_thread_id is null
    limit (select ${param('most')}::integer)
  ) mine`;

function loadFew(statements: Statements, actor: Actor): Promise<Root[]> {
  return statements.composed<Root>(
    'search_few_roots',
    (schema) => sql`
      select mine.thread_id, greatest(t.updated_at, subs.updated_at) as active_at, t.last_message_index as messages
      from ${ROOTS(schema)}
      join ${schema}.threads t on t.tenant_id = ${TENANT} and t.thread_id = mine.thread_id
      cross join lateral (
        select max(s.updated_at) as updated_at from ${schema}.threads s
        where s.tenant_id = ${TENANT} and s.parent_thread_id = mine.thread_id
      ) subs order by active_at desc`,
    { ...viewerValues(actor), most: FEW_THREADS + 1 },
  );
}

async function loadMany(statements: Statements, actor: Actor): Promise<string[]> {
  const rows = await statements.composed<Pick<Root, 'thread_id'>>(
    'search_roots',
    (schema) => sql`select thread_id from ${ROOTS(schema)}`,
    { ...viewerValues(actor), most: MANY_THREADS + 1 },
  );
  return rows.map((row) => row.thread_id);
}
