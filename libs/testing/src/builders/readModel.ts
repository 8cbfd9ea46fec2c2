import type { ChatEvent } from '@threadlog/events';
import {
  auditOf,
  auditTable,
  foldMessage,
  foldMessageEdit,
  foldParticipant,
  foldThreadMembers,
  foldThread,
  foldUser,
  foldUserThread,
  generationSchema,
  messageEditsOf,
  messageIdOf,
  messageRefsTable,
  participantsOf,
  participantsTable,
  threadMembersTable,
  threadsTable,
  upsertSql,
  usersTable,
  userThreadOf,
  userThreadsTable,
  type AuditRow,
  type Database,
  type MessageEditRow,
  type MessageRefRow,
  type MessageRow,
  type MessageStore,
  type ParticipantRow,
  type ThreadMembersRow,
  type Table,
  type ThreadRow,
  type UserRow,
  type UserThreadRow,
} from '@threadlog/read-models';

/** The rows that a history folds to. */
export interface FoldedRows {
  threads: ThreadRow[];
  participants: ParticipantRow[];
  threadMembers: ThreadMembersRow[];
  messages: MessageRow[];
  /** Former texts. */
  edits: MessageEditRow[];
  users: UserRow[];
  userThreads: UserThreadRow[];
  audit: AuditRow[];
}

/** Folds complete histories, of any streams, each in order. */
export function foldRows(events: readonly ChatEvent[]): FoldedRows {
  const threads = new Map<string, ThreadRow>();
  const participants = new Map<string, ParticipantRow>();
  const threadMembers = new Map<string, ThreadMembersRow>();
  const messages = new Map<string, MessageRow>();
  const edits = new Map<string, MessageEditRow>();
  const users = new Map<string, UserRow>();
  const userThreads = new Map<string, UserThreadRow>();
  for (const event of events) {
    const place = `${event.tenant_id}/${event.stream_id}`;
    if (event.stream_type === 'user') {
      keep(users, place, (row) => foldUser(row, event));
      const threadId = userThreadOf(event);
      if (threadId) keep(userThreads, `${place}/${threadId}`, (row) => foldUserThread(row, event));
      continue;
    }
    keep(threads, place, (row) => foldThread(row, event));
    keep(threadMembers, place, (row) => foldThreadMembers(row, event));
    for (const user of participantsOf(event))
      keep(participants, `${place}/${user}`, (row) => foldParticipant(row, event, user, threads.get(place) ?? null));
    const messageId = messageIdOf(event);
    const message = messages.get(`${place}/${messageId}`) ?? null;
    for (const key of messageEditsOf(event))
      keep(edits, `${place}/${messageId}/${key.slot}`, (row) => foldMessageEdit(row, event, { message, key }));
    if (messageId) keep(messages, `${place}/${messageId}`, (row) => foldMessage(row, event));
  }
  return {
    threads: [...threads.values()],
    participants: [...participants.values()],
    threadMembers: [...threadMembers.values()],
    messages: [...messages.values()],
    edits: [...edits.values()],
    users: [...users.values()],
    userThreads: [...userThreads.values()],
    audit: events.map(auditOf).filter((row) => row !== null),
  };
}

function keep<Row>(rows: Map<string, Row>, key: string, fold: (row: Row | null) => Row | null): void {
  const next = fold(rows.get(key) ?? null);
  if (next) rows.set(key, next);
}

type OptionalRows = 'threadMembers' | 'userThreads' | 'audit' | 'edits';

/** Writes rows as the projector would. Newer rows win over stored ones, so a grown history can be written again. */
export async function writeRows(
  target: { database: Database; generation: number; messages: MessageStore },
  rows: Omit<FoldedRows, OptionalRows> & Partial<Pick<FoldedRows, OptionalRows>>,
): Promise<void> {
  const { database, generation, messages } = target;
  const schema = generationSchema(generation);
  const write = async <Row extends object>(table: Table<Row>, given: Row[]): Promise<void> => {
    if (given.length > 0) await database.query(upsertSql(table, schema, '$1'), [JSON.stringify(given)]);
  };
  await messages.applyEdits(rows.edits ?? []);
  await messages.apply(rows.messages);
  if (messages.kind === 'mongo') await write(messageRefsTable, rows.messages.map(refOf));
  await write(threadsTable, rows.threads);
  await write(participantsTable, rows.participants);
  await write(threadMembersTable, rows.threadMembers ?? []);
  await write(usersTable, rows.users);
  await write(userThreadsTable, rows.userThreads ?? []);
  // What messages tell themselves has no row beside them.
  const told = new Set(messages.kind === 'postgres' ? rows.messages.map(({ event_id }) => event_id) : []);
  await write(
    auditTable,
    (rows.audit ?? []).filter(({ event_id }) => !told.has(event_id)),
  );
}

function refOf(row: MessageRow): MessageRefRow {
  const { tenant_id, thread_id, message_index, message_id, sender_id, created_at, version } = row;
  const deleted = row.deleted_at !== null;
  return { tenant_id, thread_id, message_index, message_id, sender_id, created_at, version, deleted };
}
