import type { Actor } from '@threadlog/auth';
import {
  presentPreferences,
  type MessageRow,
  type MessageStore,
  type ReadingQueries,
  type ReadTarget,
  type Statements,
  type UserThreadRow,
} from '@threadlog/read-models';
import { NOTHING_AROUND, type AnswersDeps, type ThreadContextRows } from '../pipeline/answer';
import { isProblem } from '../problems';

export interface ThreadContextDeps {
  statements: Statements;
  reading: ReadingQueries;
  messages(): MessageStore;
}

/** What stands around a thread as its viewer may see it, by the same rules as the queries. */
export function createThreadContext({
  statements,
  reading,
  messages,
}: ThreadContextDeps): AnswersDeps['threadContext'] {
  async function around(viewer: Actor, target: ReadTarget, people: readonly string[]): Promise<ThreadContextRows> {
    const { threadId, message } = target;
    const place = { tenant_id: viewer.tenantId, thread_id: threadId };
    const [rows, hiddenDeleted, [last]] = await Promise.all([
      positionsOf(statements, viewer, { threadId, people }),
      deletedBefore(statements, viewer, target),
      message ? messages().byKeys([{ ...place, message_index: message.index }]) : ([] as MessageRow[]),
    ]);
    const own = rows.find((row) => row.user_id === viewer.id);
    return {
      lastMessage: last && last.deleted_at === null ? last : null,
      unreadCount: await reading.unreadAfter(viewer, target, own?.read_index ?? 0),
      hiddenDeleted,
      readIndexes: new Map(rows.map((row) => [row.user_id, row.read_index])),
      ...(own && { preferences: presentPreferences(own) }),
    };
  }

  return async (viewer, threadId, people) => {
    try {
      return await around(viewer, await reading.readTarget(viewer, { threadId }), people);
    } catch (error) {
      // The command was carried out; the read model may not know the thread yet, or show it to somebody else.
      if (isProblem(error)) return NOTHING_AROUND;
      throw error;
    }
  };
}

/** Deleted messages from before the viewer's history; asked for late viewers only. */
async function deletedBefore(
  statements: Statements,
  { tenantId }: Actor,
  { threadId, visibleFrom }: ReadTarget,
): Promise<number> {
  if (visibleFrom === 1) return 0;
  const [row] = await statements.rows<{ n: number }>(
    'deleted_before',
    (schema) => `select count(*)::integer as n from ${schema}.message_refs
      where tenant_id = $1 and thread_id = $2 and message_index < $3 and deleted`,
    [tenantId, threadId, visibleFrom],
  );
  return row?.n ?? 0;
}

function positionsOf(
  statements: Statements,
  viewer: Actor,
  { threadId, people }: { threadId: string; people: readonly string[] },
): Promise<UserThreadRow[]> {
  return statements.rows<UserThreadRow>(
    'thread_positions',
    (schema) => `select * from ${schema}.user_threads where tenant_id = $1 and thread_id = $2 and user_id = any($3)`,
    [viewer.tenantId, threadId, [...people, viewer.id]],
  );
}
