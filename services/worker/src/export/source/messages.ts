import type { Attachment, Json, JsonObject } from '@threadlog/events';
import {
  editBlobsOf,
  KEPT_EDITS,
  NO_PROFILE,
  openColumn,
  sealedBlobsOf,
  type MessageEditRow,
  type MessageKey,
  type MessageRow,
  type ProfileLookup,
  type SealedText,
} from '@threadlog/read-models';
import type { ExportPlan, PlannedThread } from './plan';
import { chunked, paged, type Reading } from './reading';

/** A message as an export has it. Text that no key opens any more is null, with `erased`. */
export interface ExportedMessage {
  id: string;
  threadId: string;
  messageIndex: number;
  senderId: string;
  senderType: string;
  senderName: string | null;
  messageType: string;
  content: string | null;
  erased?: true;
  attachments: Attachment[];
  metadata: JsonObject | null;
  replyTo: string | null;
  mentions: string[];
  reactions: { emoji: string; userIds: string[] }[];
  pinned: boolean;
  /** Former texts that are kept, oldest first. */
  edits: { edit: number; content: string | null; erased?: true; replacedAt: string }[];
  clientMessageId: string | null;
  createdAt: string;
  updatedAt: string;
  deletedAt: string | null;
  deleteReason: string | null;
}

const PAGE = 200;

/**
 * The messages of a plan, thread after thread, each thread's in order; the same ones each time it is walked. Never more
 * than a page is in memory, and whoever is in it was noted before.
 */
export async function* exportedMessages(reading: Reading, plan: ExportPlan): AsyncIterable<ExportedMessage> {
  for await (const rows of messageRows(reading, plan)) {
    await reading.opener.prepare(reading.tenantId, sealedBlobsOf(rows));
    const senders = new Set(rows.map(({ sender_id }) => sender_id));
    await reading.note(peopleIn(rows, plan));
    const profile = await reading.profiles.of(reading.tenantId, senders);
    for (const some of withFewEdits(rows)) {
      const edits = await editsOf(reading, some);
      for (const row of some) yield presented(reading, { row, edits: edits.get(placeOf(row)) ?? [] }, profile);
    }
  }
}

async function* messageRows(reading: Reading, plan: ExportPlan): AsyncIterable<MessageRow[]> {
  for await (const keys of messageKeys(reading, plan)) {
    await reading.check();
    const rows = new Map((await reading.messages.byKeys(keys)).map((row) => [placeOf(row), row]));
    yield keys.map((key) => rows.get(placeOf(key))).filter((row) => row !== undefined);
  }
}

async function* messageKeys(reading: Reading, { threads }: ExportPlan): AsyncIterable<MessageKey[]> {
  const { tenantId, subject, senders, check } = reading;
  // Indexes of a thread have no gaps, so its keys need not be asked for.
  yield* chunked(keysOfWhole(tenantId, threads.values()), PAGE);
  const own = paged<MessageKey>(
    check,
    (after) => senders.messageKeysOf(tenantId, subject.id, { after, limit: PAGE }),
    PAGE,
  );
  for await (const keys of own) {
    const planned = keys.filter(({ thread_id, message_index }) => {
      const thread = threads.get(thread_id);
      return thread !== undefined && !thread.whole && message_index <= thread.upTo;
    });
    if (planned.length > 0) yield planned;
  }
}

function* keysOfWhole(tenantId: Reading['tenantId'], threads: Iterable<PlannedThread>): Iterable<MessageKey> {
  for (const { threadId: thread_id, whole, upTo } of threads) {
    if (!whole) continue;
    for (let message_index = 1; message_index <= upTo; message_index += 1)
      yield { tenant_id: tenantId, thread_id, message_index };
  }
}

const placeOf = ({ thread_id, message_index }: Omit<MessageKey, 'tenant_id'>): string =>
  `${thread_id}/${message_index}`;

/** Former texts that are read together; one message may have as many. A whole page of them may be too large for memory. */
const EDITS_TOGETHER = KEPT_EDITS;

/** Splits a page so that no piece of several messages has more former texts than are read together. */
function* withFewEdits(rows: readonly MessageRow[]): Iterable<MessageRow[]> {
  let piece: MessageRow[] = [];
  let edits = 0;
  for (const row of rows) {
    const own = Math.min(row.edit, KEPT_EDITS);
    if (piece.length > 0 && edits + own > EDITS_TOGETHER) {
      yield piece;
      [piece, edits] = [[], 0];
    }
    piece.push(row);
    edits += own;
  }
  if (piece.length > 0) yield piece;
}

/** The former texts of some messages by place, ready to be opened. */
async function editsOf(
  { messages, opener, tenantId }: Reading,
  rows: readonly MessageRow[],
): Promise<Map<string, MessageEditRow[]>> {
  const edited = rows.filter(({ edit, deleted_at }) => edit > 0 && deleted_at === null);
  if (edited.length === 0) return new Map();
  const edits = await messages.editsOfEach(tenantId, edited);
  await opener.prepare(tenantId, editBlobsOf(edits));
  return Map.groupBy(edits, placeOf);
}

/** Whose keys seal what is read: authors, and the learners that the threads are about. */
function peopleIn(rows: readonly MessageRow[], { threads }: ExportPlan): Set<string> {
  const people = new Set<string>();
  for (const { sender_id, thread_id } of rows) {
    people.add(sender_id);
    const learnerId = threads.get(thread_id)?.learnerId;
    if (learnerId) people.add(learnerId);
  }
  return people;
}

interface Edited {
  row: MessageRow;
  edits: readonly MessageEditRow[];
}

function presented({ opener }: Reading, { row, edits }: Edited, profile: ProfileLookup): ExportedMessage {
  const open = (field: 'content' | 'metadata' | 'attachments', text: SealedText): Json | undefined =>
    openColumn(opener, text, { tenantId: row.tenant_id, streamType: 'thread', streamId: row.thread_id, field });
  const [content, metadata, attachments] = [
    open('content', row.content),
    open('metadata', row.metadata),
    open('attachments', row.attachments),
  ];
  const gone = [content, metadata, attachments].includes(undefined);
  // A message that is there has a text: one without was scrubbed.
  const scrubbed = row.deleted_at === null && row.content === null;
  return {
    id: row.message_id,
    threadId: row.thread_id,
    messageIndex: row.message_index,
    senderId: row.sender_id,
    senderType: row.sender_type,
    senderName: (profile(row.sender_id) ?? NO_PROFILE).displayName,
    messageType: row.message_type,
    content: (content as string | null | undefined) ?? null,
    ...((gone || scrubbed) && { erased: true as const }),
    attachments: (attachments as Attachment[] | null | undefined) ?? [],
    metadata: (metadata as JsonObject | null | undefined) ?? null,
    replyTo: row.reply_to,
    mentions: row.mentions,
    reactions: (row.reactions ?? []).map(({ emoji, user_ids }) => ({ emoji, userIds: user_ids })),
    pinned: row.pinned,
    edits: edits.map((entry) => formerText(entry, open('content', entry.content))),
    clientMessageId: row.client_message_id,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    deletedAt: row.deleted_at,
    deleteReason: row.delete_reason,
  };
}

function formerText({ edit, edited_at }: MessageEditRow, opened: Json | undefined): ExportedMessage['edits'][number] {
  if (typeof opened === 'string') return { edit, content: opened, replacedAt: edited_at };
  return { edit, content: null, erased: true, replacedAt: edited_at };
}
