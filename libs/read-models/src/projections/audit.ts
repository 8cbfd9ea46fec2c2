import type { ChatEvent, Json, StreamType, TenantId } from '@threadlog/events';
import { integer, json, nullable, text, uuid } from '../tables/columns';
import { columnsOf, defineTable, type RowOf } from '../tables/table';
import { messagesTable, POSTED_WITH, tellsPosting } from './messages';
import { UNTOUCHED, type Projection } from './projection';

/**
 * Who did what to whom, a row an event. It is one of its stream's versions, so its place in the stream is its key. No
 * text: what an event sealed is not here, and `detail` holds enumerations, numbers and ids.
 */
export const auditTable = defineTable({
  name: 'audit_log',
  columns: {
    tenant_id: text<TenantId>(),
    stream_type: text<StreamType>(),
    stream_id: text(),
    version: integer(),
    event_id: uuid(),
    event_type: text(),
    at: text(),
    actor_type: text(),
    actor_id: text(),
    actor_role: nullable(text()),
    thread_id: nullable(text()),
    message_id: nullable(text()),
    user_id: nullable(text()),
    detail: nullable(json<Record<string, Json>>()),
  },
  key: ['tenant_id', 'stream_type', 'stream_id', 'version'],
  guard: 'version',
  indexes: {
    audit_by_time: { on: 'tenant_id, at desc, event_id desc' },
    audit_about_threads: { on: 'tenant_id, thread_id', where: "stream_type <> 'thread'" },
    audit_by_actor: { on: 'tenant_id, actor_id, at desc, event_id desc' },
  },
});

export type AuditRow = RowOf<typeof auditTable>;

/** Nothing changes a row afterwards. Every event, where messages are kept elsewhere. */
export const audit: Projection<AuditRow> = {
  table: auditTable,
  remembered: false,
  touches(event) {
    const row = auditOf(event);
    if (!row) return UNTOUCHED;
    return [{ key: row, name: `${row.tenant_id}/${row.stream_type}/${row.stream_id}/${row.version}`, fresh: true }];
  },
  // The row was made to name it; the key carries it here.
  fold: (row, _event, { key }) => row ?? (key as AuditRow),
};

/** Where messages stand beside it: those that were posted tell that themselves (`auditTrailSql`). */
export const auditBesideMessages: Projection<AuditRow> = {
  ...audit,
  touches: (event) =>
    event.event_type === 'CHAT_MESSAGE_CREATED' && tellsPosting(event) ? UNTOUCHED : audit.touches(event),
};

/** What is read of the audit log: a view of all of it, the rows with what messages tell of their posting. */
export const AUDIT_TRAIL = 'audit_trail';

/**
 * A view on a view: a part with a condition of its own would be sorted as a whole instead of walked by its index, so the
 * condition stands outside.
 */
export function auditTrailSql(schema: string, besideMessages: boolean): string {
  const columns = columnsOf(auditTable);
  const kept = `select ${columns} from ${schema}.${auditTable.name}`;
  return `create or replace view ${schema}.audit_parts as
  ${kept}${besideMessages ? ` union all ${postingsSql(schema)}` : ''};
create or replace view ${schema}.${AUDIT_TRAIL} as
  select ${columns} from ${schema}.audit_parts where event_id is not null;`;
}

/** In the order of the table's columns, and of their types: only so the two are walked as one, by time. */
const postingsSql = (schema: string): string => `
  select tenant_id, 'thread'::text, thread_id, created_version, event_id, 'CHAT_MESSAGE_CREATED'::text, created_at,
    coalesce(actor_type, sender_type), sender_id, actor_role, thread_id, message_id, null::text,
    jsonb_build_object('message_index', message_index, 'message_type', message_type, 'set',
      case when posted_with & ${POSTED_WITH.metadata} > 0 then '["metadata", "content"]'::jsonb else '["content"]'::jsonb end
      || case when posted_with & ${POSTED_WITH.attachments} > 0 then '["attachments"]'::jsonb else '[]'::jsonb end)
  from ${schema}.${messagesTable.name}`;

/** Events that are nobody's deed worth keeping: how far somebody has read stands with the thread. */
const NOT_AUDITED: ReadonlySet<string> = new Set(['CHAT_THREAD_READ']);

/** Fields that hold enumerations, numbers and ids. A list of what is kept, so that no text slips in with a new event. */
const KEPT = [
  'type',
  'channel',
  'status',
  'previous',
  'role',
  'reason',
  'participants',
  'learner_id',
  'parent_thread_id',
  'root_message_id',
  'visible_from_index',
  'message_index',
  'message_type',
  'edit',
  'emoji',
  'muted_until',
  'pinned',
  'hidden',
  'marked_unread',
  'request_id',
  'subject',
  'requested_by',
  'execute_after',
  'code',
  'files',
  'bytes',
  'sha256',
  'expires_at',
  'hold_id',
  'reference',
  'days',
  'uses_default',
  'webhook_id',
  'events',
  'filter',
  'payload',
  'enabled',
  'secret_id',
  'previous_secret_id',
  'previous_until',
  'dead_letter',
  'replay_id',
  'mode',
  'agent_id',
  'trigger',
  'context_messages',
  'timeout_ms',
  'run_id',
  'trigger_message_id',
  'stopped_by',
] as const;
/** Fields that are sealed: of them is told only that they were set. */
const SEALED = [
  ...['title', 'metadata', 'content', 'attachments', 'display_name', 'avatar_url', 'email'],
  ...['url', 'description', 'secret'],
] as const;

type Data = Readonly<Record<string, Json | undefined>>;

/** What an event says in the audit log; null for one that is not kept there. */
export function auditOf(event: ChatEvent): AuditRow | null {
  if (NOT_AUDITED.has(event.event_type)) return null;
  const data = event.data as unknown as Data;
  const { actor } = event;
  return {
    tenant_id: event.tenant_id,
    stream_type: event.stream_type,
    stream_id: event.stream_id,
    version: event.stream_version,
    event_id: event.event_id,
    event_type: event.event_type,
    at: event.timestamp,
    actor_type: actor.type,
    actor_id: actor.id,
    actor_role: actor.role,
    thread_id: event.stream_type === 'thread' ? event.stream_id : idOf(data.thread_id ?? data.held_thread_id),
    message_id: idOf(data.message_id),
    user_id: idOf(data.user_id),
    detail: detailOf(data),
  };
}

const idOf = (value: Json | undefined): string | null => (typeof value === 'string' ? value : null);

/** Of an answer that somebody stopped, which run that was and who did. */
function stopOf({ run }: Data): Data {
  const { run_id, trigger_message_id, stopped_by } = (run ?? {}) as Data;
  return stopped_by === undefined ? {} : { run_id, trigger_message_id, stopped_by };
}

function detailOf(given: Data): Record<string, Json> | null {
  const data = { ...given, ...stopOf(given) };
  const detail: Record<string, Json> = {};
  for (const field of KEPT) {
    const value = data[field];
    if (value !== undefined && value !== null) detail[field] = value;
  }
  const set = SEALED.filter((field) => data[field] !== undefined && data[field] !== null);
  if (set.length > 0) detail.set = [...set];
  return Object.keys(detail).length > 0 ? detail : null;
}
