import type { Actor } from '@threadlog/auth';
import { MEMBER_COLUMNS, memberJoin } from './details';
import type { ViewerValues } from './viewer';

/**
 * Where a list looks for the threads that its viewer sees. Who sees much walks the index of activity and drops what it
 * may not see; who sees little collects its threads first. The access rule proper is applied to every row again, so a
 * mistake here could only hide, never show.
 */
export type Reach = 'all' | 'learners' | 'listed' | 'recent';

/** The threads that `recent` looks through. */
const RECENT_THREADS = 1_000;

export function takesPart(schema: string, user: string): string {
  return `exists (select from ${schema}.participants m
    where m.tenant_id = $1 and m.thread_id = t.thread_id and m.user_id = ${user} and m.removed_at is null)`;
}

/** The viewer's membership in `t`, or in its root. Looked up for each: the planner would read all of a user's to check a few. */
const member = (schema: string): string => memberJoin(schema, 'coalesce(t.parent_thread_id, t.thread_id)');

export interface ReachText {
  /** Condition and order of a page, by alias `t`. */
  bounds: string;
  order: string;
}

/** Each gives rows of `t` and the viewer's membership `p` in it, to which further conditions can be added with `and`. */
export const REACHES: Record<Reach, (schema: string, text: ReachText) => string> = {
  all: (schema) => `${schema}.threads t ${member(schema)} where true`,
  learners: (schema) =>
    `${schema}.threads t ${member(schema)} where (t.learner_id is not null or p.user_id is not null)`,
  listed: (schema) => `(
      select thread_id, ${MEMBER_COLUMNS.join(', ')} from ${schema}.participants
      where tenant_id = $1 and user_id = $2 and removed_at is null
      union all
      select t.thread_id, ${MEMBER_COLUMNS.map(() => 'null').join(', ')} from ${schema}.threads t
      where tenant_id = $1 and learner_id = any($5::text[]) and not ${takesPart(schema, '$2')}
    ) p cross join lateral (
      select * from ${schema}.threads where tenant_id = $1 and thread_id = p.thread_id limit 1
    ) t where true`,
  recent: (schema, { bounds, order }) => `(
      select t.* from ${schema}.threads t where ${bounds} ${order} limit ${RECENT_THREADS}
    ) t ${member(schema)} where (t.learner_id = any($5::text[]) or p.user_id is not null)`,
};

/** Columns of `p` for the rows of a page, and that membership of a row `t` of it. */
export const PAGE_MEMBER = {
  columns: MEMBER_COLUMNS.map((column) => `p.${column} as member_${column}`).join(', '),
  join: `cross join lateral (select ${MEMBER_COLUMNS.map((column) => `t.member_${column} as ${column}`).join(', ')}) p`,
};

export function reachOf([, , seesAll, seesLearners]: ViewerValues): Reach {
  if (seesAll) return 'all';
  return seesLearners ? 'learners' : 'listed';
}

/** For whom a look at the most recent threads is likely to fill a page: a guess, which costs time where it is wrong. */
export interface BusyViewers {
  has(actor: Actor): boolean;
  /** What a list has shown of it. */
  learn(actor: Actor, filled: boolean): void;
}

const MAX_KNOWN = 20_000;

export function createBusyViewers(): BusyViewers {
  const busy = new Map<string, boolean>();
  const nameOf = ({ tenantId, id }: Actor): string => `${tenantId}/${id}`;
  return {
    has: (actor) => busy.get(nameOf(actor)) ?? false,
    learn(actor, filled) {
      // Where a guess was wrong it is not made again, until all are forgotten.
      if (filled && busy.has(nameOf(actor))) return;
      if (busy.size >= MAX_KNOWN) busy.clear();
      busy.set(nameOf(actor), filled);
    },
  };
}
