import { canSee, may, visibleFromIndex, type Actor, type ActionSubject } from '@threadlog/auth';
import { problem, rootThreadId, type ParticipantRole, type TenantId, notThere } from '@threadlog/events';
import { joinMember } from '../access/members';
import { TENANT } from '../access/rule';
import { param, sql, type Sql } from '../sql/compose';
import { createStatements, type ReadModelSource, type Statements } from '../statements';
import { readOnJoining, unreadFrom } from './unread';

/** Where somebody who reads a thread may stand in it. */
export interface ReadTarget {
  threadId: string;
  /** Index of the first message that the reader sees. */
  visibleFrom: number;
  /** Who only looks in, by scope or office, has nothing unread. */
  takesPart: boolean;
  /** Index of the last message that was there when it joined: read, whatever history it is shown. */
  readOnJoining: number;
  /** The message that was named, else the newest that is not deleted; null where the reader sees none. */
  message: { id: string; index: number } | null;
}

/** Which message of which thread; without a message the newest one. */
export interface ReadPlace {
  threadId: string;
  messageId?: string | null | undefined;
}

/** Look-ups that precede commands which name a message or a thread of another stream. */
export interface ReadingQueries {
  /**
   * What `thread.read` and `thread.preferences` need to know of a thread. Throws `not_found` where the actor may not see
   * thread or message, which must look like their absence, and `forbidden` for one that it may see but not read. What
   * was written a moment ago may be missing here: catch up with the log and ask again before believing a `not_found`.
   */
  readTarget(actor: Actor, place: ReadPlace): Promise<ReadTarget>;
  /** Messages of others above a read position that the reader sees and nobody deleted; 1,000 at most. */
  unreadAfter(actor: Actor, target: ReadTarget, readIndex: number): Promise<number>;
  /** The thread of a message, deleted or not. Access is not checked: whoever goes on to the thread does that. */
  threadOfMessage(tenantId: TenantId, messageId: string): Promise<string | null>;
}

export function createReadingQueries(source: ReadModelSource): ReadingQueries {
  const statements = createStatements(source);
  return {
    readTarget: (actor, place) => readTarget(statements, actor, place),
    unreadAfter: (actor, target, readIndex) => unreadAfter(statements, actor, { target, readIndex }),
    async threadOfMessage(tenantId, messageId) {
      const [row] = await statements.rows<{ thread_id: string }>(
        'thread_of_message',
        (schema) => `select thread_id from ${schema}.message_refs where tenant_id = $1 and message_id = $2`,
        [tenantId, messageId],
      );
      return row?.thread_id ?? null;
    },
  };
}

interface TargetRow {
  created_by: string;
  learner_id: string | null;
  role: ParticipantRole | null;
  visible_from_index: number | null;
  visible_from_version: number | null;
  root_version: number | null;
  read_on_joining: number | null;
  message_id: string | null;
  message_index: number | null;
}

const THREAD = param('threadId');
const ROOT = param('rootId');

const targetSql =
  (message: Sql) =>
  (schema: Sql): Sql => sql`
  select t.created_by, t.root_version, r.learner_id, p.role, p.visible_from_index, p.visible_from_version,
    ${readOnJoining(schema, sql`0`)} as read_on_joining, m.message_id, m.message_index
  from ${schema}.threads t
  join ${schema}.threads r on r.tenant_id = ${TENANT} and r.thread_id = ${ROOT} and r.deleted_at is null
  ${joinMember(schema, sql`${ROOT}`)}
  left join lateral (
    select x.message_id, x.message_index from ${schema}.message_refs x
    where x.tenant_id = ${TENANT} and x.thread_id = ${THREAD} and ${message}
  ) m on true
  where t.tenant_id = ${TENANT} and t.thread_id = ${THREAD} and t.deleted_at is null`;

const namedTarget = targetSql(sql`x.message_id = ${param('messageId')}`);
const newestTarget = targetSql(sql`not x.deleted order by x.message_index desc limit 1`);

async function readTarget(statements: Statements, actor: Actor, place: ReadPlace): Promise<ReadTarget> {
  const { threadId } = place;
  const messageId = place.messageId ?? null;
  const values = { tenantId: actor.tenantId, viewerId: actor.id, threadId, rootId: rootThreadId(threadId), messageId };
  const [row] =
    messageId === null
      ? await statements.composed<TargetRow>('read_target_newest', newestTarget, values)
      : await statements.composed<TargetRow>('read_target_named', namedTarget, values);
  const seen = readable(actor, row);
  const visibleFrom = visibleFromIndex(actor, subjectOf(actor, seen));
  const message = messageOf(seen, visibleFrom);
  if (messageId !== null && !message) throw notThere();
  return { threadId, visibleFrom, takesPart: seen.role !== null, readOnJoining: seen.read_on_joining ?? 0, message };
}

function readable(actor: Actor, row: TargetRow | undefined): TargetRow {
  if (!row || !canSee(actor, subjectOf(actor, row))) throw notThere();
  if (may(actor, 'thread.read', subjectOf(actor, row))) return row;
  throw problem('forbidden', 'reading threads needs the permission chat:read');
}

function subjectOf(actor: Actor, row: TargetRow): ActionSubject {
  const { role, visible_from_index, visible_from_version, learner_id, created_by, root_version } = row;
  const participant =
    role === null
      ? null
      : { role, visibleFromIndex: visible_from_index ?? 1, visibleFromSeq: visible_from_version ?? 1 };
  const { tenantId } = actor;
  return { tenantId, learnerId: learner_id, participant, createdBy: created_by, beginsAtSeq: root_version };
}

function messageOf({ message_id, message_index }: TargetRow, visibleFrom: number): ReadTarget['message'] {
  if (message_id === null || message_index === null || message_index < visibleFrom) return null;
  return { id: message_id, index: message_index };
}

async function unreadAfter(
  statements: Statements,
  actor: Actor,
  { target, readIndex }: { target: ReadTarget; readIndex: number },
): Promise<number> {
  if (!target.takesPart) return 0;
  const from = Math.max(readIndex + 1, target.visibleFrom, target.readOnJoining + 1);
  const [row] = await statements.composed<{ n: number | null }>('unread_after', unreadAfterSql, {
    ...{ tenantId: actor.tenantId, viewerId: actor.id, threadId: target.threadId, from },
  });
  return row?.n ?? 0;
}

const unreadAfterSql = (schema: Sql): Sql => sql`
  select unread.n from ${schema}.threads t
  cross join lateral (${unreadFrom(schema, sql`${param('from')}::integer`)}) unread
  where t.tenant_id = ${TENANT} and t.thread_id = ${THREAD}`;
