import type { TenantId } from '@threadlog/events';
import {
  participantsTable,
  userThreadsTable,
  type ParticipantRow,
  type ThreadRow,
  type UserThreadRow,
} from '../projections';
import { createStatements, type ReadModelSource } from '../statements';
import { columnsOf } from '../tables/table';

/** A page by thread id. */
export interface ThreadIdPage {
  after: string;
  limit: number;
}

/** The threads that have to do with a person, walked by thread id: for exports and erasures, which take all of them. */
export interface PersonThreadQueries {
  /**
   * Threads that the person takes part in, took part in, wrote in, or whose title or metadata it wrote last; sub-threads only
   * where it wrote.
   */
  threadsWith(tenantId: TenantId, personId: string, page: ThreadIdPage): Promise<string[]>;
  /** Threads about the learner, deleted ones too. */
  threadsAbout(tenantId: TenantId, learnerId: string, page: ThreadIdPage): Promise<string[]>;
  /** Sub-threads of these threads. */
  threadsBelow(tenantId: TenantId, threadIds: readonly string[], page: ThreadIdPage): Promise<string[]>;
  /** What the person has read and prefers. */
  readingOf(tenantId: TenantId, personId: string, page: ThreadIdPage): Promise<UserThreadRow[]>;
  /** The person's memberships of these threads, former ones too. */
  membershipsIn(tenantId: TenantId, personId: string, threadIds: readonly string[]): Promise<ParticipantRow[]>;
}

type Found = Pick<ThreadRow, 'thread_id'>;

export function createPersonThreadQueries(source: ReadModelSource): PersonThreadQueries {
  const statements = createStatements(source);
  const ids = async (found: Promise<Found[]>): Promise<string[]> => (await found).map(({ thread_id }) => thread_id);
  return {
    threadsWith: (tenantId, personId, { after, limit }) =>
      ids(statements.rows('threads_with', threadsWithSql, [tenantId, personId, after, limit])),
    threadsAbout: (tenantId, learnerId, { after, limit }) =>
      ids(
        statements.rows(
          'threads_about',
          (schema) => `select thread_id from ${schema}.threads
            where tenant_id = $1 and learner_id = $2 and thread_id > $3 order by thread_id limit $4`,
          [tenantId, learnerId, after, limit],
        ),
      ),
    threadsBelow: (tenantId, threadIds, { after, limit }) =>
      ids(
        statements.rows(
          'threads_below',
          (schema) => `select thread_id from ${schema}.threads
            where tenant_id = $1 and parent_thread_id = any($2) and thread_id > $3 order by thread_id limit $4`,
          [tenantId, threadIds, after, limit],
        ),
      ),
    readingOf: (tenantId, personId, { after, limit }) =>
      statements.rows(
        'reading_of',
        (schema) => `select ${columnsOf(userThreadsTable)} from ${schema}.user_threads
          where tenant_id = $1 and user_id = $2 and thread_id > $3 order by thread_id limit $4`,
        [tenantId, personId, after, limit],
      ),
    membershipsIn: (tenantId, personId, threadIds) =>
      statements.rows(
        'memberships_in',
        (schema) => `select ${columnsOf(participantsTable)} from ${schema}.participants
          where tenant_id = $1 and user_id = $2 and thread_id = any($3)`,
        [tenantId, personId, threadIds],
      ),
  };
}

/** In SQL, of `threads` or an alias of it: whether this person wrote its title or metadata last, erased ones too. */
export function settingsBy(person: string, alias = 'threads'): string {
  return `(${alias}.title_by = ${person}
    or (${alias}.metadata_by = ${person} and ${alias}.metadata_by is distinct from ${alias}.title_by))`;
}

/** Each way to a thread is one range of an index, cut at the page, so that the union stays small. */
const threadsWithSql = (schema: string): string => {
  const mine = (condition: string): string => `(select thread_id from ${schema}.participants
    where tenant_id = $1 and user_id = $2 and ${condition} and thread_id > $3 order by thread_id limit $4)`;
  return `${mine('removed_at is null')} union ${mine('removed_at is not null')} union
    (select distinct thread_id from ${schema}.message_refs
      where tenant_id = $1 and sender_id = $2 and thread_id > $3 order by thread_id limit $4) union
    (select thread_id from ${schema}.threads
      where tenant_id = $1 and ${settingsBy('$2')} and thread_id > $3 order by thread_id limit $4)
    order by thread_id limit $4`;
};
