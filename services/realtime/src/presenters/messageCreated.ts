import { foldMessage, presentMessage } from '@threadlog/read-models';
import { frame } from '../frames';
import type { Presenter } from './define';

export const messageCreated: Presenter<'CHAT_MESSAGE_CREATED'> = {
  people: (event) => [event.data.sender_id],
  frames(event, view) {
    const row = foldMessage(null, event);
    return row ? [frame('message:new', presentMessage(row, view))] : [];
  },
};
