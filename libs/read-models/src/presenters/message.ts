import {
  rootThreadId,
  type Attachment,
  type JsonObject,
  type MessageResource,
  type MessageRun,
  type MessageRunResource,
  type TenantId,
  type TextState,
} from '@threadlog/events';
import type { MessageEditRow, MessageRow, Reactions, SealedText } from '../projections';
import { NO_PROFILE, openColumn, readColumn, shownText, type PresenterView, type Readable } from './view';

const REACTION_USERS_SHOWN = 10;

/** The messages of the sub-threads that a message is the root of. */
export interface Replies {
  /** Deleted ones aside. */
  count: number;
  lastAt: string | null;
}

/** The message as every surface shows it to this viewer. Synchronous: the view's opener must be prepared. */
export function presentMessage(row: MessageRow, view: PresenterView, replies?: Replies): MessageResource {
  const content = row.deleted_at === null ? openText(row, row.content, view) : NO_TEXT;
  return {
    id: row.message_id,
    threadId: row.thread_id,
    conversationId: rootThreadId(row.thread_id),
    seq: row.version,
    messageIndex: row.message_index,
    senderId: row.sender_id,
    senderType: row.sender_type,
    sender: view.profile(row.sender_id) ?? NO_PROFILE,
    messageType: row.message_type,
    content: shownText(content),
    ...(content.state !== null && { contentState: content.state }),
    attachments: openField<Attachment[]>(row, 'attachments', view) ?? [],
    metadata: openField<JsonObject>(row, 'metadata', view) ?? null,
    replyTo: row.reply_to !== null && view.hidden.has(row.reply_to) ? null : row.reply_to,
    mentions: row.mentions,
    reactions: presentReactions(row.reactions, view.viewerId),
    edited: row.edit > 0,
    edit: row.edit,
    pinned: row.pinned,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    deletedAt: row.deleted_at,
    clientMessageId: row.client_message_id,
    ...(row.run && { run: presentRun(row.run) }),
    ...(replies && { replyCount: replies.count, lastReplyAt: replies.lastAt }),
  };
}

function presentRun(run: MessageRun): MessageRunResource {
  const { run_id: runId, trigger_message_id: triggerMessageId, finish } = run;
  const { input_tokens: inputTokens, output_tokens: outputTokens, tool_calls: toolCalls, model } = run;
  return {
    ...{ runId, triggerMessageId, finish },
    ...(inputTokens !== undefined && { inputTokens }),
    ...(outputTokens !== undefined && { outputTokens }),
    ...(toolCalls !== undefined && { toolCalls }),
    ...(model !== undefined && { model }),
  };
}

/** A former text of a message and when it was replaced. */
export interface EditResource {
  edit: number;
  content: string;
  contentState?: TextState;
  editedAt: string;
}

/** Former texts as they are shown. Prepare the opener with `editBlobsOf`. */
export function presentEdits(rows: readonly MessageEditRow[], view: PresenterView): EditResource[] {
  return rows.map((row) => ({
    edit: row.edit,
    ...stated(openText(row, row.content, view)),
    editedAt: row.edited_at,
  }));
}

/** The blobs that `presentEdits` will open. */
export function editBlobsOf(rows: readonly MessageEditRow[]): { sealed: string }[] {
  return rows.flatMap(({ content }) => (content === null ? [] : [{ sealed: content }]));
}

interface MessagePlace {
  tenant_id: TenantId;
  thread_id: string;
}

const NO_TEXT: Readable<string> = Object.freeze({ value: null, state: null });
const SCRUBBED: Readable<string> = Object.freeze({ value: null, state: 'erased' });

/** A text that is not there although its message is was scrubbed: it counts as erased, like one that no key opens. */
function openText(row: MessagePlace, text: SealedText, view: PresenterView): Readable<string> {
  return text === null ? SCRUBBED : readColumn<string>(view.opener, text, columnOf(row, 'content'));
}

function stated(text: Readable<string>): Pick<EditResource, 'content' | 'contentState'> {
  return { content: shownText(text) ?? '', ...(text.state !== null && { contentState: text.state }) };
}

function openField<TValue>(
  row: MessageRow,
  field: 'attachments' | 'metadata',
  view: PresenterView,
): TValue | undefined {
  return (openColumn(view.opener, row[field], columnOf(row, field)) as TValue | null | undefined) ?? undefined;
}

function columnOf(row: MessagePlace, field: string) {
  return { tenantId: row.tenant_id, streamType: 'thread' as const, streamId: row.thread_id, field };
}

function presentReactions(reactions: Reactions | null, viewerId: string): MessageResource['reactions'] {
  return (reactions ?? []).map(({ emoji, user_ids }) => ({
    emoji,
    count: user_ids.length,
    userIds: user_ids.slice(0, REACTION_USERS_SHOWN),
    mine: user_ids.includes(viewerId),
  }));
}
