import { hasPermission, type Actor } from '@threadlog/auth';
import type { Statements } from '@threadlog/read-models';
import { LRUCache } from 'lru-cache';
import { viewerValues } from '../threads/viewer';

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
  return hasPermission(actor, 'chat:admin') || actor.learnerScope === '*';
}

/** Threads about learners in `$3` and those that `$2` takes part in. */
const ROOTS = (schema: string): string => `(
    select thread_id from ${schema}.participants where tenant_id = $1 and user_id = $2 and removed_at is null
    union
    select thread_id from ${schema}.threads where tenant_id = $1 and learner_id = any($3::text[])
      and parent_thread_id is null
    limit (select $4::integer)
  ) mine`;

function loadFew(statements: Statements, actor: Actor): Promise<Root[]> {
  return statements.rows<Root>(
    'search_few_roots',
    (
      schema,
    ) => `select mine.thread_id, greatest(t.updated_at, subs.updated_at) as active_at, t.last_message_index as messages
      from ${ROOTS(schema)}
      join ${schema}.threads t on t.tenant_id = $1 and t.thread_id = mine.thread_id
      cross join lateral (
        select max(s.updated_at) as updated_at from ${schema}.threads s
        where s.tenant_id = $1 and s.parent_thread_id = mine.thread_id
      ) subs order by active_at desc`,
    rootValues(actor, FEW_THREADS),
  );
}

async function loadMany(statements: Statements, actor: Actor): Promise<string[]> {
  const rows = await statements.rows<Pick<Root, 'thread_id'>>(
    'search_roots',
    (schema) => `select thread_id from ${ROOTS(schema)}`,
    rootValues(actor, MANY_THREADS),
  );
  return rows.map((row) => row.thread_id);
}

/** One more than is wanted tells that there are more. */
function rootValues(actor: Actor, most: number): unknown[] {
  const [tenantId, userId, , , scope] = viewerValues(actor);
  return [tenantId, userId, scope, most + 1];
}
