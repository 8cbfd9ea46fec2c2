import type { TenantId } from '@threadlog/events';
import { createStatements, type ReadModelSource, type Statements } from '../statements';
import { messagesTable, type MessageRow } from '../projections';
import { columnsOf, selectByKeysSql, upsertSql } from '../tables/table';
import { generationSchema } from '../schema/generation';
import { allRows } from './allRows';
import { createPostgresEdits } from './postgresEdits';
import type { MessagePageOptions, MessageStore, MessageText, TextCount, TextScope } from './port';

const ALL = columnsOf(messagesTable);
/** Above every index a thread can reach. */
const NO_UPPER_BOUND = 2_147_483_647;

/** Messages are written with the rows that refer to them. */
const TOGETHER = { take: null, restore: null } as const;

/** Messages in the relational read model; `message_refs` is a view of this table. */
export function createPostgresMessageStore(source: ReadModelSource): MessageStore {
  const statements = createStatements(source);
  const edits = createPostgresEdits(statements);
  return {
    kind: 'postgres',
    ...edits,
    async apply(rows) {
      if (rows.length === 0) return;
      await statements.rows('messages_apply', (schema) => upsertSql(messagesTable, schema, '$1'), [
        JSON.stringify(rows),
      ]);
    },
    ...TOGETHER,
    async byKeys(keys) {
      if (keys.length === 0) return [];
      return statements.rows('messages_by_keys', (schema) => selectByKeysSql(messagesTable, schema, '$1'), [
        JSON.stringify(keys),
      ]);
    },
    textsOf: (tenantId, places) => textsOf(statements, tenantId, places),
    page: (tenantId, threadId, options) => page(statements, [tenantId, threadId], options),
    async byIds(tenantId, messageIds) {
      if (messageIds.length === 0) return [];
      return statements.rows(
        'messages_by_ids',
        (schema) => `select ${ALL} from ${schema}.messages where tenant_id = $1 and message_id = any($2)`,
        [tenantId, messageIds],
      );
    },
    byId: (tenantId, messageId) => byId(statements, tenantId, messageId),
    changedSince: (tenantId, threadId, since, limit) =>
      statements.rows('messages_changed', changedSql, [tenantId, threadId, since, limit]),
    lastOf: (tenantId, threadIds) => statements.rows('messages_last', lastOfSql, [tenantId, threadIds]),
    pinned: (tenantId, threadId, { before, limit, visibleFrom }) =>
      statements.rows(
        'messages_pinned',
        (schema) => `select ${ALL} from ${schema}.messages
          where tenant_id = $1 and thread_id = $2 and pinned and message_index between $3 and $4
          order by message_index desc limit $5`,
        [tenantId, threadId, visibleFrom ?? 1, (before ?? NO_UPPER_BOUND) - 1, limit],
      ),
    countText: (tenantId, scope) => countText(statements, tenantId, scope),
    privacyLogs: null,
    all: () => allRows(statements, messagesTable),
    // The tables come and go with the generation's schema.
    prepare: () => Promise.resolve(),
    async drop() {
      const schema = generationSchema(source.generation());
      await source.database.query(`drop table if exists ${schema}.messages, ${schema}.message_edits cascade`);
    },
  };
}

function page(statements: Statements, thread: [string, string], options: MessagePageOptions): Promise<MessageRow[]> {
  const first = Math.max(options.visibleFrom ?? 1, (options.after ?? 0) + 1);
  const last = (options.before ?? NO_UPPER_BOUND) - 1;
  const visible = options.includeDeleted ? '' : 'and deleted_at is null';
  return statements.rows(
    `messages_page_${options.order}${options.includeDeleted ? '_all' : ''}`,
    (schema) => `select ${ALL} from ${schema}.messages
      where tenant_id = $1 and thread_id = $2 and message_index between $3 and $4 ${visible}
      order by message_index ${options.order} limit $5`,
    [...thread, first, last, options.limit],
  );
}

/**
 * What was posted and not changed since, in the order of the primary key, and what was changed, each cut at the limit. Each
 * message took a version of its thread, so those posted above a version are among so many newest as the thread has versions
 * above it.
 */
const changedSql = (schema: string): string => `
  select ${ALL} from (
    (select ${ALL} from ${schema}.messages
      where tenant_id = $1 and thread_id = $2 and created_version > $3 and version = created_version
        and message_index > coalesce((select t.last_message_index - (t.version - $3::integer) from ${schema}.threads t
          where t.tenant_id = $1 and t.thread_id = $2), 0)
      order by message_index limit $4)
    union all
    (select ${ALL} from ${schema}.messages
      where tenant_id = $1 and thread_id = $2 and version > $3 and version > created_version order by version limit $4)
  ) changed order by version limit $4`;

async function byId(statements: Statements, tenantId: TenantId, messageId: string): Promise<MessageRow | null> {
  const [row] = await statements.rows<MessageRow>(
    'messages_by_id',
    (schema) => `select ${ALL} from ${schema}.messages where tenant_id = $1 and message_id = $2`,
    [tenantId, messageId],
  );
  return row ?? null;
}

function textsOf(
  statements: Statements,
  tenantId: TenantId,
  places: Parameters<MessageStore['textsOf']>[1],
): Promise<MessageText[]> {
  if (places.length === 0) return Promise.resolve([]);
  const values = [tenantId, places.map((place) => place.thread_id), places.map((place) => place.message_index)];
  return statements.rows('messages_texts', textsSql, values);
}

const textsSql = (schema: string): string => `
  select m.tenant_id, m.thread_id, m.message_index, m.content, m.deleted_at
  from unnest($2::text[], $3::integer[]) as wanted(thread_id, message_index)
  join ${schema}.messages m
    on m.tenant_id = $1 and m.thread_id = wanted.thread_id and m.message_index = wanted.message_index`;

/** One step down the primary key for each thread, past tombstones. */
const lastOfSql = (schema: string): string => `
  select ${columnsOf(messagesTable, 'last')} from unnest($2::text[]) as wanted(thread_id)
  cross join lateral (
    select ${ALL} from ${schema}.messages m
    where m.tenant_id = $1 and m.thread_id = wanted.thread_id and m.deleted_at is null
    order by m.message_index desc limit 1
  ) last`;

async function countText(
  statements: Statements,
  tenantId: TenantId,
  { senderId, threadIds }: TextScope,
): Promise<TextCount> {
  const values = [tenantId, senderId ?? null, threadIds ?? null];
  const [found] = await statements.planned<TextCount>(countTextSql, values);
  return found!;
}

/** Planned for its values, so that the author's index or the threads' is used. */
const countTextSql = (schema: string): string => `
  select count(*)::integer as messages,
    (count(*) filter (where content is not null or metadata is not null or attachments is not null)
      + (select count(*) from ${schema}.message_edits where ${IN_SCOPE} and content is not null))::integer as "withText"
  from ${schema}.messages where ${IN_SCOPE}`;

const IN_SCOPE =
  'tenant_id = $1 and ($2::text is null or sender_id = $2) and ($3::text[] is null or thread_id = any($3))';
