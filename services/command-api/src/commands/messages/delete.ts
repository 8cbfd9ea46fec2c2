import { hasPermission } from '@threadlog/auth';
import { messageDelete } from '@threadlog/commands';
import type { DeleteReason } from '@threadlog/events';
import type { MessageRow } from '@threadlog/read-models';
import { happened, isRefusal, UNCHANGED, type ThreadContext } from '../decision';
import { inThread, theMessage, writer } from '../common';
import { defineCommand } from '../define';
import { messageIsFree } from '../held';
import { allowed, forbidden, viewMessage, viewThread, type View } from '../policies';

/**
 * Deletes a message, in closed threads too: what was written must be possible to take back, legal holds aside. Safe to
 * repeat.
 */
export const deleteMessage = defineCommand(messageDelete, {
  stream: inThread,
  reads: theMessage,
  people: writer,
  refusals: ['legal_hold', 'subject_erased'],
  decide(input, state, context) {
    const view = viewThread(state, context);
    if (isRefusal(view)) return view;
    const row = viewMessage(input.messageId, state, view);
    if (isRefusal(row)) return row;
    const reason = rightToDelete(row, view, context);
    if (!reason) return forbidden('message.moderate');
    if (row.deleted_at !== null) return UNCHANGED;
    const held = messageIsFree(row, context);
    if (held) return held;
    const { thread_id, message_id, message_index } = row;
    return happened({ type: 'CHAT_MESSAGE_DELETED', data: { thread_id, message_id, message_index, reason } });
  },
});

/** In whose name the message is deleted: the nearest right counts. Null without any. */
function rightToDelete(row: MessageRow, view: View, context: ThreadContext): DeleteReason | null {
  const { actor } = context;
  if (row.sender_id === actor.id) return hasPermission(actor, 'chat:write') ? 'author' : null;
  if (allowed(context, 'message.moderate', view)) return null;
  const role = view.subject.participant?.role;
  return hasPermission(actor, 'chat:admin') && role !== 'owner' && role !== 'moderator' ? 'admin' : 'moderator';
}
