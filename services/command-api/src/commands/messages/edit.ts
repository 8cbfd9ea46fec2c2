import { messageEdit, type CommandInput } from '@threadlog/commands';
import { HAS_NO_FILE, LIMITS, SAYS_NOTHING, saysSomething, type Draft } from '@threadlog/events';
import type { MessageRow } from '@threadlog/read-models';
import { sealedBytes } from '@threadlog/sealing';
import { happened, isRefusal, refuse, refuseField, UNCHANGED, type Check, type ThreadContext } from '../decision';
import { inThread, namedMessage, nobody, shownMessage, theMessage } from '../common';
import { defineCommand } from '../define';
import { allowed, forbidden, isOpen, isThere, matches, mentionsPeople, viewMessage, viewThread } from '../policies';

type Input = CommandInput<'message.edit'>;

/** Edits a message: its author's alone, while the author may still post and the thread is open. */
export const editMessage = defineCommand(messageEdit, {
  stream: inThread,
  reads: theMessage,
  people: nobody,
  // An edit stays in the month of its message, so that retention ends both at once.
  seals({ messageId }, { actor, state, threadId, learnerId }) {
    const row = state.messages.get(messageId);
    if (!row) return null;
    return {
      tenantId: actor.tenantId,
      threadId,
      authorId: row.sender_id,
      month: row.created_at.slice(0, 7),
      learnerId,
    };
  },
  refusals: ['thread_closed', 'gone', 'edit_limit_reached', 'version_mismatch', 'subject_erased'],
  decide(input, state, context) {
    const view = viewThread(state, context);
    if (isRefusal(view)) return view;
    const row = viewMessage(input.messageId, state, view);
    if (isRefusal(row)) return row;
    const refusal =
      isAuthor(row, context) ??
      allowed(context, 'message.post', view) ??
      isSound(input, row, context) ??
      isThere(row) ??
      isOpen(view) ??
      mayChange(input, row);
    if (refusal) return refusal;
    const changes = changedFields(input, row);
    if (Object.keys(changes).length === 0) return UNCHANGED;
    const { thread_id, message_id, message_index } = row;
    return happened({
      type: 'CHAT_MESSAGE_UPDATED',
      data: { thread_id, message_id, message_index, ...changes, edit: row.edit + 1 },
    });
  },
  shows: namedMessage,
  replays: shownMessage,
});

type Changes = Pick<
  Extract<Draft, { type: 'CHAT_MESSAGE_UPDATED' }>['data'],
  'content' | 'metadata' | 'attachments' | 'mentions'
>;

/** Sealed text cannot be compared: whatever is given counts as a change, nothing for nothing aside. */
function changedFields(input: Input, row: MessageRow): Changes {
  const changes: Changes = {};
  if (input.content !== undefined) changes.content = input.content;
  if (input.metadata !== undefined && !(input.metadata === null && row.metadata === null)) {
    changes.metadata = input.metadata;
  }
  if (input.attachments?.length) changes.attachments = input.attachments;
  if (input.attachments?.length === 0 && row.attachments !== null) changes.attachments = null;
  return { ...changes, ...changedMentions(input, row) };
}

/** They are ids in the clear, so it can be told whether they change. */
function changedMentions(input: Input, { mentions: before }: MessageRow): Pick<Changes, 'mentions'> {
  const mentions = [...new Set(input.mentions ?? before)];
  const isSame = mentions.length === before.length && mentions.every((id, index) => id === before[index]);
  return isSame ? {} : { mentions };
}

/** As the caller knows it; and not so often that not all former texts, one an edit, could be kept. */
function mayChange(input: Input, row: MessageRow): Check {
  const refusal = matches(input.ifMatch, row.edit);
  if (refusal || row.edit < LIMITS.editsPerMessage) return refusal;
  return refuse('edit_limit_reached', `a message can be edited ${LIMITS.editsPerMessage} times`);
}

function isAuthor(row: MessageRow, context: ThreadContext): Check {
  return row.sender_id === context.actor.id ? undefined : forbidden('message.edit');
}

/** The JSON of an empty text. */
const EMPTY_BYTES = 2;

/** Of text that is not given only whether there is any can be told, for it is sealed. */
function contentAfter(input: Input, { content }: MessageRow): string {
  if (input.content !== undefined) return input.content;
  return content !== null && sealedBytes({ sealed: content }) === EMPTY_BYTES ? '' : 'text';
}

function isSound(input: Input, row: MessageRow, context: ThreadContext): Check {
  const attachments = input.attachments ?? (row.attachments === null ? [] : [row.attachments]);
  const isAsked = input.content !== undefined || input.attachments !== undefined;
  if (isAsked && !saysSomething({ content: contentAfter(input, row), attachments }))
    return refuseField('/content', 'required', SAYS_NOTHING);
  if (row.message_type === 'file' && input.attachments?.length === 0)
    return refuseField('/attachments', 'required', HAS_NO_FILE);
  return mentionsPeople(input.mentions ?? [], context, row.mentions);
}
