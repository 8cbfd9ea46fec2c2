import { rootThreadId, type TenantId } from '@threadlog/events';
import { sharedThreads } from '../access/members';
import {
  participantsTable,
  threadsTable,
  usersTable,
  type MessageRow,
  type ParticipantRow,
  type ThreadRow,
  type UserRow,
} from '../projections';
import { param, sql } from '../sql/compose';
import { createStatements, type ReadModelSource, type Statements } from '../statements';
import { columnsOf } from '../tables/table';

/** One thread a user takes part in. */
export interface Membership {
  thread_id: string;
  role: ParticipantRow['role'];
  visible_from_index: number;
  visible_from_version: number;
  learner_id: string | null;
  /** Seq of the thread when this was read. */
  thread_version: number;
}

/** Memberships and the place in the log they are true for, of one snapshot. */
export interface MembershipSnapshot {
  memberships: Membership[];
  /** `next_offset` by partition: every event below it is in the memberships, none at or above. */
  checkpoints: Map<number, number>;
}

/** Where a message of the tenant stands. */
type MessagePlace = Pick<MessageRow, 'thread_id' | 'message_index'>;

/** Queries that more than one service needs. The tenant comes first, by type. */
export interface ThreadQueries {
  threadById(tenantId: TenantId, threadId: string): Promise<ThreadRow | null>;
  /** In no order; missing ones are left out. Deleted threads too. */
  threadsByIds(tenantId: TenantId, threadIds: readonly string[]): Promise<ThreadRow[]>;
  /** Those who take part now, oldest first within a thread; with `removed` the former ones too. */
  participantsOf(
    tenantId: TenantId,
    threadIds: readonly string[],
    options?: { removed?: boolean },
  ): Promise<ParticipantRow[]>;
  participant(tenantId: TenantId, threadId: string, userId: string): Promise<ParticipantRow | null>;
  /** Threads a user takes part in that are not deleted, most recently active first. */
  membershipsOf(tenantId: TenantId, userId: string, limit: number): Promise<MembershipSnapshot>;
  /** Those of these messages that are deleted, in no order. */
  deletedMessages(tenantId: TenantId, places: readonly MessagePlace[]): Promise<MessagePlace[]>;
  /** Profiles as stored, sealed; removed users too. */
  usersByIds(tenantId: TenantId, userIds: readonly string[]): Promise<UserRow[]>;
}

const THREAD = columnsOf(threadsTable);
const PARTICIPANT = columnsOf(participantsTable);
const USER = columnsOf(usersTable);

export function createThreadQueries(source: ReadModelSource): ThreadQueries {
  const statements = createStatements(source);
  const one = async <Row extends object>(rows: Promise<Row[]>): Promise<Row | null> => (await rows)[0] ?? null;
  return {
    threadById: (tenantId, threadId) =>
      one<ThreadRow>(
        statements.rows(
          'thread',
          (schema) => `select ${THREAD} from ${schema}.threads where tenant_id = $1 and thread_id = $2`,
          [tenantId, threadId],
        ),
      ),
    threadsByIds: (tenantId, threadIds) =>
      statements.rows(
        'threads',
        (schema) => `select ${THREAD} from ${schema}.threads where tenant_id = $1 and thread_id = any($2)`,
        [tenantId, threadIds],
      ),
    participantsOf: (tenantId, threadIds, options = {}) =>
      statements.rows(`participants${options.removed ? '_all' : ''}`, participantsSql(options.removed ?? false), [
        tenantId,
        threadIds,
      ]),
    participant: (tenantId, threadId, userId) =>
      one<ParticipantRow>(
        statements.rows(
          'participant',
          (schema) => `select ${PARTICIPANT} from ${schema}.participants
            where tenant_id = $1 and thread_id = $2 and user_id = $3 and removed_at is null`,
          [tenantId, threadId, userId],
        ),
      ),
    membershipsOf: (tenantId, viewerId, limit) => membershipsOf(statements, { tenantId, viewerId, limit }),
    deletedMessages: (tenantId, places) => findDeletedMessages(statements, tenantId, places),
    usersByIds: (tenantId, userIds) =>
      statements.rows(
        'users',
        (schema) => `select ${USER} from ${schema}.users where tenant_id = $1 and user_id = any($2)`,
        [tenantId, userIds],
      ),
  };
}

/** Which of these messages are deleted. */
export function findDeletedMessages(
  statements: Statements,
  tenantId: TenantId,
  places: readonly MessagePlace[],
): Promise<MessagePlace[]> {
  return statements.rows(
    'deleted_messages',
    (schema) => `select r.thread_id, r.message_index
      from unnest($2::text[], $3::integer[]) as wanted(thread_id, message_index)
      join ${schema}.message_refs r on r.tenant_id = $1
        and r.thread_id = wanted.thread_id and r.message_index = wanted.message_index
      where r.deleted`,
    [tenantId, places.map(({ thread_id }) => thread_id), places.map(({ message_index }) => message_index)],
  );
}

/** Which of these threads are deleted, by themselves or with their root. */
export async function findDeletedThreads(
  statements: Statements,
  tenantId: TenantId,
  threadIds: readonly string[],
): Promise<Set<string>> {
  const all = [...new Set(threadIds.flatMap((id) => [id, rootThreadId(id)]))];
  const rows = await statements.rows<{ thread_id: string }>(
    'deleted_threads',
    (schema) => `select thread_id from ${schema}.threads
      where tenant_id = $1 and thread_id = any($2) and deleted_at is not null`,
    [tenantId, all],
  );
  const deleted = new Set(rows.map(({ thread_id }) => thread_id));
  return new Set(threadIds.filter((id) => deleted.has(id) || deleted.has(rootThreadId(id))));
}

const participantsSql = (removed: boolean) => (schema: string) => `select ${PARTICIPANT} from ${schema}.participants
  where tenant_id = $1 and thread_id = any($2) ${removed ? '' : 'and removed_at is null'}
  order by thread_id, joined_at, user_id`;

/** One statement is one snapshot: what the checkpoints say holds for the memberships beside them. */
async function membershipsOf(
  statements: Statements,
  values: { tenantId: TenantId; viewerId: string; limit: number },
): Promise<MembershipSnapshot> {
  const [row] = await statements.composed<{ memberships: Membership[]; checkpoints: [number, number][] }>(
    'memberships',
    (schema) => sql`select
      (select coalesce(json_agg(m), '[]') from (
        select p.thread_id, p.role, p.visible_from_index, p.visible_from_version, t.learner_id, t.version as thread_version
        from ${sharedThreads(schema)}
        order by t.updated_at desc, p.thread_id desc limit ${param('limit')}) m) as memberships,
      (select coalesce(json_agg(json_build_array(partition, next_offset)), '[]') from ${schema}.checkpoints) as checkpoints`,
    values,
  );
  return { memberships: row?.memberships ?? [], checkpoints: new Map(row?.checkpoints) };
}
