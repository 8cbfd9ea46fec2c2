import type { EventOf } from '@threadlog/events';
import { frame, placeOf, type Payload } from '../frames';
import type { Presenter } from './define';

export const messagePinned: Presenter<'CHAT_MESSAGE_PINNED'> = {
  frames: (event) => [frame('message:pinned', about(event))],
};

export const messageUnpinned: Presenter<'CHAT_MESSAGE_UNPINNED'> = {
  frames: (event) => [frame('message:unpinned', about(event))],
};

/** Not as a change of the message: clients take the content of each of those, and here there is none. */
function about(event: EventOf<'CHAT_MESSAGE_PINNED' | 'CHAT_MESSAGE_UNPINNED'>): Payload<'message:pinned'> {
  const { type, id } = event.actor;
  return {
    ...placeOf(event.stream_id),
    seq: event.stream_version,
    messageId: event.data.message_id,
    messageIndex: event.data.message_index,
    ...(PEOPLE.has(type) && { userId: id }),
  };
}

/** The tenant's own service and the system itself are nobody to show. */
const PEOPLE: ReadonlySet<string> = new Set(['user', 'agent']);
