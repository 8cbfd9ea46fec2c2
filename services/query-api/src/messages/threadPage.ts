import type { Actor } from '@threadlog/auth';
import { rootThreadId, type TenantId } from '@threadlog/events';
import {
  empty,
  param,
  raw,
  sql,
  TENANT,
  viewerValues,
  VISIBLE_FROM,
  type MessagePageOptions,
  type MessageRow,
  type Sql,
} from '@threadlog/read-models';
import type { QueryContext } from '../context';
import { resolveThread, visible, type VisibleThread } from '../access/visibleThread';
import { ACCESS_COLUMNS, accessJoins } from '../access/details';
import type { ThreadAccessRow } from '../access/rows';

export interface ThreadPageRequest extends Omit<MessagePageOptions, 'visibleFrom'> {
  threadId: string;
}

export interface ThreadPage {
  thread: VisibleThread;
  rows: MessageRow[];
}

/**
 * A page of a thread together with the check that the actor may see it. Nothing that was read leaves here before the
 * check has passed.
 */
export function readThreadPage(context: QueryContext, actor: Actor, request: ThreadPageRequest): Promise<ThreadPage> {
  return context.messages().kind === 'postgres' ? inOne(context, actor, request) : inTwo(context, actor, request);
}

/**
 * Where the messages live elsewhere, thread and page are asked for at the same time: most threads are visible from the
 * first message on; where a participant sees only a part, the page is read once more within its bound.
 */
async function inTwo(context: QueryContext, actor: Actor, request: ThreadPageRequest): Promise<ThreadPage> {
  const { threadId, ...options } = request;
  const read = (visibleFrom: number): Promise<MessageRow[]> =>
    context.messages().page(actor.tenantId, threadId, { ...options, visibleFrom });
  const [thread, unbounded] = await Promise.all([resolveThread(context.statements, actor, threadId), read(1)]);
  return { thread, rows: thread.visibleFrom === 1 ? unbounded : await read(thread.visibleFrom) };
}

const COLUMNS = [
  'message_index',
  'message_id',
  'version',
  'created_version',
  'sender_id',
  'sender_type',
  'message_type',
  'content',
  'metadata',
  'attachments',
  'reply_to',
  'mentions',
  'client_message_id',
  'edit',
  'pinned',
  'reactions',
  'created_at',
  'updated_at',
  'deleted_at',
  'delete_reason',
  'run',
] as const satisfies readonly (keyof MessageRow)[];
/** Values of a row, in the order of `COLUMNS`. */
type Values = ValuesOf<typeof COLUMNS>;
type ValuesOf<Columns extends readonly (keyof MessageRow)[]> = {
  [Index in keyof Columns]: MessageRow[Columns[Index]];
};

/** Above every index a thread can reach. */
const NO_UPPER_BOUND = 2_147_483_647;

/**
 * Where the messages stand beside the threads, one statement does it, which halves the system calls of the hottest
 * read. The page comes as one JSON value of bare rows: fifty of them parse faster so than column by column.
 */
async function inOne(context: QueryContext, actor: Actor, request: ThreadPageRequest): Promise<ThreadPage> {
  const { threadId, before, after, limit, order, includeDeleted } = request;
  const bounds = { first: (after ?? 0) + 1, last: (before ?? NO_UPPER_BOUND) - 1, limit };
  const [found] = await context.statements.composed<ThreadAccessRow & { page: Values[] | null }>(
    `thread_page_${order}${includeDeleted ? '_all' : ''}`,
    (schema) => threadPageSql(schema, request),
    { ...viewerValues(actor), threadId, rootId: rootThreadId(threadId), ...bounds },
  );
  return {
    thread: visible(actor, found),
    rows: (found?.page ?? []).map((values) => rowOf(actor.tenantId, threadId, values)),
  };
}

function threadPageSql(schema: Sql, { order, includeDeleted }: ThreadPageRequest): Sql {
  const direction = raw(order);
  return sql`
    select t.*, ${ACCESS_COLUMNS}, page.rows as page from ${schema}.threads t
    join ${schema}.threads r on r.tenant_id = ${TENANT} and r.thread_id = ${param('rootId')} and r.deleted_at is null
    ${accessJoins(schema)}
    left join lateral (
      select json_agg(json_build_array(${raw(COLUMNS.map((name) => `m.${name}`).join(', '))})
        order by m.message_index ${direction}) as rows
      from (
        select ${raw(COLUMNS.join(', '))} from ${schema}.messages
        where tenant_id = ${TENANT} and thread_id = t.thread_id
        and message_index between greatest(${VISIBLE_FROM}, ${param('first')}::integer) and ${param('last')}::integer
        ${includeDeleted ? empty : sql`and deleted_at is null`}
        order by message_index ${direction} limit ${param('limit')}
      ) m
    ) page on true
    where t.tenant_id = ${TENANT} and t.thread_id = ${param('threadId')} and t.deleted_at is null`;
}

/** Spelled out, in the order of `COLUMNS`: building fifty objects by computed names takes as long as opening their texts. */
function rowOf(tenant_id: TenantId, thread_id: string, values: Values): MessageRow {
  return {
    tenant_id,
    thread_id,
    message_index: values[0],
    message_id: values[1],
    version: values[2],
    created_version: values[3],
    sender_id: values[4],
    sender_type: values[5],
    message_type: values[6],
    content: values[7],
    metadata: values[8],
    attachments: values[9],
    reply_to: values[10],
    mentions: values[11],
    client_message_id: values[12],
    edit: values[13],
    pinned: values[14],
    reactions: values[15],
    created_at: values[16],
    updated_at: values[17],
    deleted_at: values[18],
    delete_reason: values[19],
    // Of its posting, which nobody is shown here, only the audit trail reads.
    event_id: null,
    actor_type: null,
    actor_role: null,
    posted_with: null,
    run: values[20],
  };
}
