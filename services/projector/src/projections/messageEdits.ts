import {
  foldMessageEdit,
  messageEditsOf,
  messageEditsTable,
  rowKey,
  type MessageEditKey,
  type MessageEditRow,
} from '@threadlog/read-models';
import { messages, messageTouched } from './messages';
import { type Projection } from './projection';

/**
 * Former texts of messages, a row each. A row is made of the event and of the message before it, so what stands in the
 * table need not be read: what comes is newer, or the table keeps what it has.
 */
export const messageEdits: Projection<MessageEditRow> = {
  table: messageEditsTable,
  remembered: false,
  touches: (event) =>
    messageEditsOf(event).map((key) => ({ key, name: rowKey(messageEditsTable, key as MessageEditRow), fresh: true })),
  fold(row, event, { key, before }) {
    const [place] = messageTouched(event);
    const message = place ? before(messages, place.name) : null;
    return foldMessageEdit(row, event, { message, key: key as MessageEditKey });
  },
};
