import { messagePin } from '@threadlog/commands';
import { happened, isRefusal, UNCHANGED } from '../decision';
import { inThread, namedMessage, shownMessage, theMessage, writer } from '../common';
import { defineCommand } from '../define';
import { pinnable, placeOf } from './pinnable';

/** Pins a message for everybody in the thread. */
export const pinMessage = defineCommand(messagePin, {
  stream: inThread,
  reads: theMessage,
  people: writer,
  refusals: ['gone', 'subject_erased'],
  decide(input, state, context) {
    const row = pinnable(input, state, context);
    if (isRefusal(row)) return row;
    return row.pinned ? UNCHANGED : happened({ type: 'CHAT_MESSAGE_PINNED', data: placeOf(row) });
  },
  shows: namedMessage,
  replays: shownMessage,
});
