import type { Actor } from '@threadlog/auth';
import {
  aboutLearners,
  joinMember,
  memberColumns,
  membershipsOf,
  raw,
  SEES_ROOT,
  sql,
  takesPart,
  TENANT,
  VIEWER,
  type Sql,
  type ViewerValues,
} from '@threadlog/read-models';
import type { BusyViewers } from '../ports';

/**
 * Where a list looks for the threads that its viewer sees. Who sees much walks the index of activity and drops what it
 * may not see; who sees little collects its threads first, or tries those that were active last. `below` are the
 * sub-threads of a thread that it was found to see. The access rule proper is applied to every row again, so a mistake
 * here could only hide, never show.
 */
export type ListSource = 'walked' | 'collected' | 'recent' | 'below';

/** The threads that `recent` looks through. */
const RECENT_THREADS = 1_000;

/** The viewer's membership in `t`, or in its root. */
const member = (schema: Sql): Sql => joinMember(schema, sql`coalesce(t.parent_thread_id, t.thread_id)`);

export interface ListText {
  /** Condition and order of a page, by alias `t`. */
  bounds: Sql;
  order: Sql;
}

/** Each gives rows of `t` and the viewer's membership `p` in it, to which further conditions can be added with `and`. */
export const LIST_SOURCES: Record<ListSource, (schema: Sql, text: ListText) => Sql> = {
  below: (schema) => sql`${schema}.threads t ${member(schema)} where true`,
  walked: (schema) => sql`${schema}.threads t ${member(schema)} where ${SEES_ROOT}`,
  collected: (schema) => sql`(
      select thread_id, ${memberColumns((name) => name)} from ${membershipsOf(schema)}
      union all
      select t.thread_id, ${memberColumns(() => 'null')} from ${aboutLearners(schema)} and not ${takesPart(schema, VIEWER)}
    ) p cross join lateral (
      select * from ${schema}.threads where tenant_id = ${TENANT} and thread_id = p.thread_id limit 1
    ) t where true`,
  recent: (schema, { bounds, order }) => sql`(
      select t.* from ${schema}.threads t where ${bounds} ${order} limit ${raw(`${RECENT_THREADS}`)}
    ) t ${member(schema)} where ${SEES_ROOT}`,
};

/** Columns of `p` for the rows of a page, and that membership of a row `t` of it. */
export const PAGE_MEMBER = {
  columns: memberColumns((name) => `p.${name} as member_${name}`),
  join: sql`cross join lateral (select ${memberColumns((name) => `t.member_${name} as ${name}`)}) p`,
};

export function listSourceOf({ seesAll, seesLearners }: ViewerValues): ListSource {
  return seesAll || seesLearners ? 'walked' : 'collected';
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
