import {
  privacyStream,
  type Json,
  type JsonObject,
  type PrivacyRequestResource,
  type UserThreadResource,
} from '@threadlog/events';
import {
  AUDIT_TRAIL,
  openColumn,
  presentDeletion,
  presentExport,
  presentUserThread,
  type AuditRow,
  type DeletionLogRow,
  type ExportLogRow,
  type UserRow,
  type UserThreadRow,
} from '@threadlog/read-models';
import { paged, type Reading } from './reading';

/** The person's profile. What no key opens any more is null, with `erased`. */
export interface ExportedProfile {
  userId: string;
  displayName: string | null;
  avatarUrl: string | null;
  email: string | null;
  metadata: JsonObject | null;
  erased?: true;
  /** Null where the person was never synchronised. */
  syncedAt: string | null;
  removedAt: string | null;
}

const FIELDS = ['display_name', 'avatar_url', 'email', 'metadata'] as const;

export async function exportedProfile({ tenantId, subject, threads, opener }: Reading): Promise<ExportedProfile> {
  const [row] = await threads.usersByIds(tenantId, [subject.id]);
  const texts = FIELDS.flatMap((field) => row?.[field] ?? []);
  await opener.prepare(
    tenantId,
    texts.map((sealed) => ({ sealed })),
  );
  const open = (field: (typeof FIELDS)[number]): Json | undefined =>
    openColumn(opener, row?.[field] ?? null, { tenantId, streamType: 'user', streamId: subject.id, field });
  const [displayName, avatarUrl, email, metadata] = FIELDS.map(open);
  return {
    userId: subject.id,
    displayName: (displayName as string | null | undefined) ?? null,
    avatarUrl: (avatarUrl as string | null | undefined) ?? null,
    email: (email as string | null | undefined) ?? null,
    metadata: (metadata as JsonObject | null | undefined) ?? null,
    ...(FIELDS.some((field) => open(field) === undefined) && { erased: true as const }),
    ...timesOf(row),
  };
}

function timesOf(row: UserRow | undefined): Pick<ExportedProfile, 'syncedAt' | 'removedAt'> {
  return { syncedAt: row?.synced_at ?? null, removedAt: row?.removed_at ?? null };
}

const PAGE = 500;

/** What the person has read, and how it wants to see its threads. */
export async function* exportedReading({
  tenantId,
  subject,
  people,
  check,
}: Reading): AsyncIterable<UserThreadResource> {
  const page = (last: UserThreadRow | undefined) =>
    people.readingOf(tenantId, subject.id, { after: last?.thread_id ?? '', limit: PAGE });
  for await (const rows of paged(check, page, PAGE)) for (const row of rows) yield presentUserThread(row);
}

/** Requests about the person, oldest first of each kind. */
export async function* exportedRequests({
  tenantId,
  subject,
  statements,
}: Reading): AsyncIterable<PrivacyRequestResource> {
  const { id } = privacyStream(tenantId, subject);
  const logs = (table: string) => (schema: string) =>
    `select * from ${schema}.${table} where tenant_id = $1 and stream_id = $2 order by created_at`;
  const exports = await statements.rows<ExportLogRow & JsonRow>('export_requests', logs('chat_export_logs'), [
    tenantId,
    id,
  ]);
  for (const row of exports) yield presentExport(row);
  const erasures = await statements.rows<DeletionLogRow & JsonRow>('erasure_requests', logs('chat_deletion_logs'), [
    tenantId,
    id,
  ]);
  for (const row of erasures) yield presentDeletion(row);
}
type JsonRow = Record<string, unknown>;

/** Something the person did, as the audit log keeps it: no text. */
export interface ExportedDeed {
  type: string;
  at: string;
  threadId: string | null;
  messageId: string | null;
  /** The user it was done to. */
  userId: string | null;
  detail: Record<string, Json> | null;
}

/** What the person did, newest first: also what is kept nowhere else, like reactions to others' messages. */
export async function* exportedDeeds({ tenantId, subject, statements, check }: Reading): AsyncIterable<ExportedDeed> {
  const page = (last: AuditRow | undefined) =>
    statements.planned<AuditRow & JsonRow>(deedsSql(last !== undefined), [
      tenantId,
      subject.id,
      PAGE,
      ...(last ? [last.at, last.event_id] : []),
    ]);
  for await (const rows of paged<AuditRow>(check, page, PAGE)) for (const row of rows) yield presentDeed(row);
}

/** Names of programs may be those of people. Planned for the person: by time for who did much, by author for who did little. */
const deedsSql = (after: boolean) => (schema: string) => `select * from ${schema}.${AUDIT_TRAIL}
  where tenant_id = $1 and actor_id = $2 and actor_type in ('user', 'agent') ${after ? 'and (at, event_id) < ($4, $5)' : ''}
  order by at desc, event_id desc limit $3`;

function presentDeed(row: AuditRow): ExportedDeed {
  return {
    type: row.event_type,
    at: row.at,
    threadId: row.thread_id,
    messageId: row.message_id,
    userId: row.user_id,
    detail: row.detail,
  };
}
