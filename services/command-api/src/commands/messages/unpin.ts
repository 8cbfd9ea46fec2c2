import { messageUnpin } from '@threadlog/commands';
import { happened, isRefusal, UNCHANGED } from '../decision';
import { inThread, namedMessage, shownMessage, theMessage, writer } from '../common';
import { defineCommand } from '../define';
import { pinnable, placeOf } from './pinnable';

/** Takes a pin away again. */
export const unpinMessage = defineCommand(messageUnpin, {
  stream: inThread,
  reads: theMessage,
  people: writer,
  refusals: ['gone', 'subject_erased'],
  decide(input, state, context) {
    const row = pinnable(input, state, context);
    if (isRefusal(row)) return row;
    return row.pinned ? happened({ type: 'CHAT_MESSAGE_UNPINNED', data: placeOf(row) }) : UNCHANGED;
  },
  shows: namedMessage,
  replays: shownMessage,
});
