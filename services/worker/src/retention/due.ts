import type { TenantId } from '@threadlog/events';
import { generationSchema, holdsOnMessage, type Database, type MessageStore } from '@threadlog/read-models';
import type { Cutoff } from './cutoff';
import type { LimitedTenant } from './tenants';

/** A message as the walk sees it. */
export interface MessageRef {
  message_id: string;
  thread_id: string;
  sender_id: string;
  learner_id: string | null;
  deleted: boolean;
}

export interface DueDeps {
  database: Database;
  generation: number;
  messageStore: Pick<MessageStore, 'byIds'>;
}

/** Sorts behind every date. */
const NEVER = '~';
/** Messages looked at with one question. */
export const WALK_ROWS = 500;

/** The next messages behind an id whose id is older than the cutoff, tombstones too, oldest first: one range of an index. */
export async function nextMessages(
  { database, generation }: Pick<DueDeps, 'database' | 'generation'>,
  tenantId: TenantId,
  after: string,
  cutoff: Cutoff,
): Promise<MessageRef[]> {
  const schema = generationSchema(generation);
  const { rows } = await database.query<MessageRef>(
    `select m.message_id, m.thread_id, m.sender_id, m.deleted, t.learner_id
     from (select * from ${schema}.message_refs where tenant_id = $1 and message_id > $2 and message_id < $3
       order by message_id limit $4) m
     left join ${schema}.threads t on t.tenant_id = $1 and t.thread_id = m.thread_id
     order by m.message_id`,
    [tenantId, after, cutoff.messageId, WALK_ROWS],
  );
  return rows;
}

/** What is to be done with some messages. */
export interface Due {
  /** To be deleted: ids by thread, oldest first. */
  byThread: ReadonlyMap<string, string[]>;
  /** Not yet past their time, whatever their id says. */
  early: string[];
}

/** Which of these messages go: those that are there, past their time by their own date, and held by nothing. */
export async function dueAmong(
  { messageStore }: Pick<DueDeps, 'messageStore'>,
  { tenantId, holds }: LimitedTenant,
  refs: readonly MessageRef[],
  cutoff: Cutoff,
): Promise<Due> {
  const free = refs.filter((ref) => !ref.deleted && holdsOnMessage(holds, placeOf(ref)).length === 0);
  const rows = await messageStore.byIds(
    tenantId,
    free.map(({ message_id }) => message_id),
  );
  const dates = new Map(rows.map((row) => [row.message_id, row.created_at]));
  const due = free.filter(({ message_id: id }) => (dates.get(id) ?? NEVER) < cutoff.timestamp);
  const early = free.filter((ref) => !due.includes(ref)).map(({ message_id }) => message_id);
  const byThread = new Map<string, string[]>();
  for (const { thread_id, message_id } of due)
    byThread.set(thread_id, [...(byThread.get(thread_id) ?? []), message_id]);
  return { byThread, early };
}

function placeOf({ thread_id: threadId, learner_id: learnerId, sender_id: senderId }: MessageRef) {
  return { threadId, learnerId, senderId };
}
