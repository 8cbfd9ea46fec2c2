import type { Ask } from '../case';
import type { Room } from './given';

/** The surface of older clients: a conversation is a thread under another name. */
export const CONVERSATIONS = '/api/conversations';
export const CONVERSATION = `${CONVERSATIONS}/{conversationId}`;

/** Asks about the room by its conversation's name. */
export const of = (made: Room, rest: Ask = {}): Ask => ({
  ...rest,
  params: { conversationId: made.threadId, ...rest.params },
});
export const inside =
  (rest: Omit<Ask, 'params'> = {}) =>
  (made: Room): Ask =>
    of(made, rest);
/** The same about its first message. */
export const aboutMessage =
  (rest: Omit<Ask, 'params'> = {}) =>
  (made: Room): Ask =>
    of(made, { ...rest, params: { messageId: made.message.id } });
