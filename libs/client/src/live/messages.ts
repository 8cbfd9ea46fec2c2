import type { Message } from '../generated/wire.ts';

/** The part of a thread's messages that is held: ascending `messageIndex`, without holes, up to the newest. */
export type Messages = readonly Message[];

/** Where a message of this index stands or belongs. */
function placeOf(messages: Messages, index: number): number {
  let [low, high] = [0, messages.length];
  // Most come at the end.
  if (high === 0 || messages[high - 1]!.messageIndex < index) return high;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (messages[middle]!.messageIndex < index) low = middle + 1;
    else high = middle;
  }
  return low;
}

export function messageAt(messages: Messages, index: number): Message | null {
  const found = messages[placeOf(messages, index)];
  return found?.messageIndex === index ? found : null;
}

/** With this message. Of two states of one, the one with the higher seq stays; `me` decides whose reactions are mine. */
export function withMessage(messages: Messages, message: Message, me: string | null): Messages {
  const at = placeOf(messages, message.messageIndex);
  const held = messages[at]?.messageIndex === message.messageIndex ? messages[at]! : null;
  if (held && held.seq >= message.seq) return messages;
  const next = messages.slice();
  next.splice(at, held ? 1 : 0, withMine(message, held, me));
  return next;
}

export function withoutMessage(messages: Messages, index: number): Messages {
  return messageAt(messages, index) ? messages.filter((message) => message.messageIndex !== index) : messages;
}

export function replaceMessage(messages: Messages, message: Message): Messages {
  const at = placeOf(messages, message.messageIndex);
  const next = messages.slice();
  next[at] = message;
  return next;
}

/** Frames are the same for everybody, so whose a reaction is, is found by its people; beyond ten, by what was known. */
function withMine(message: Message, held: Message | null, me: string | null): Message {
  if (me === null || message.reactions.length === 0) return message;
  const reactions = message.reactions.map((reaction) => {
    const known = held?.reactions.find(({ emoji }) => emoji === reaction.emoji)?.mine === true;
    const hidden = reaction.userIds.length < reaction.count;
    return { ...reaction, mine: reaction.mine || reaction.userIds.includes(me) || (hidden && known) };
  });
  return { ...message, reactions };
}

/** Most people that a reaction names. */
const NAMED = 10;

export interface ReactionChange {
  seq: number;
  emoji: string;
  userId: string;
  added: boolean;
}

/** The message after somebody reacted or took it back. */
export function withReaction(
  message: Message,
  { seq, emoji, userId, added }: ReactionChange,
  me: string | null,
): Message {
  const held = message.reactions.find((reaction) => reaction.emoji === emoji);
  const { count, userIds, mine } = held ?? { count: 0, userIds: [], mine: false };
  const others = userIds.filter((id) => id !== userId);
  const changed = {
    emoji,
    count: count + (added ? 1 : -1),
    userIds: added && others.length < NAMED ? [...others, userId] : others,
    mine: userId === me ? added : mine,
  };
  const reactions = held
    ? message.reactions.map((reaction) => (reaction === held ? changed : reaction))
    : [...message.reactions, changed];
  return { ...message, seq, reactions: reactions.filter((reaction) => reaction.count > 0) };
}
