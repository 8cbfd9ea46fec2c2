import type { TenantId } from '@threadlog/events';
import { sharedThreads } from '../access/members';
import { TENANT, VIEWER } from '../access/rule';
import { raw, sql, type Sql } from '../sql/compose';
import { createStatements, type ReadModelSource } from '../statements';

/** A user's most recent threads that are looked at. */
const THREADS = 200;
/** In larger threads people are not told of each other. */
const PEERS_THREAD_SIZE = 100;

/** People a user knows: who share a thread of at most 100 with it, in its 200 most recently active threads. */
export type PeersOf = (tenantId: TenantId, userId: string) => Promise<string[]>;

export function createPeersQuery(source: ReadModelSource): PeersOf {
  const statements = createStatements(source);
  return async (tenantId, viewerId) => {
    const rows = await statements.composed<{ user_id: string }>('peers', peersSql, { tenantId, viewerId });
    return rows.map(({ user_id }) => user_id);
  };
}

/** Each step for itself: a planner that knows nothing of the tables yet would count a thread's people once for each of them. */
const peersSql = (schema: Sql): Sql => sql`
  with mine as materialized (
    select p.thread_id from ${sharedThreads(schema)}
    order by t.updated_at desc, p.thread_id desc limit ${raw(`${THREADS}`)}
  ), there as materialized (
    select mine.thread_id, x.user_id from mine cross join lateral (
      select user_id from ${schema}.participants
      where tenant_id = ${TENANT} and thread_id = mine.thread_id and removed_at is null
      limit ${raw(`${PEERS_THREAD_SIZE + 1}`)}
    ) x
  )
  select distinct user_id from there where user_id <> ${VIEWER} and thread_id in (
    select thread_id from there group by thread_id having count(*) <= ${raw(`${PEERS_THREAD_SIZE}`)}
  )`;

/** Root threads that a person takes part in, or that are about it as a learner; not those that are deleted. */
export type ThreadsOf = (tenantId: TenantId, userId: string) => Promise<string[]>;

export function createThreadsOfQuery(source: ReadModelSource): ThreadsOf {
  const statements = createStatements(source);
  return async (tenantId, viewerId) => {
    const rows = await statements.composed<{ thread_id: string }>('threads_of', threadsOfSql, { tenantId, viewerId });
    return rows.map(({ thread_id }) => thread_id);
  };
}

const threadsOfSql = (schema: Sql): Sql => sql`
  select t.thread_id from ${sharedThreads(schema)}
  union
  select thread_id from ${schema}.threads
  where tenant_id = ${TENANT} and learner_id = ${VIEWER} and deleted_at is null and parent_thread_id is null`;
