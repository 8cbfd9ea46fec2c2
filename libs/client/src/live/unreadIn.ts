import type { Message } from '../generated/wire.ts';
import type { ThreadData } from './threadState.ts';

/** The index up to which the reader has read; null where it is not known, as of somebody among more than twenty. */
function readUpTo({ me, receipts, thread }: ThreadData): number | null {
  if (me === null || !thread) return null;
  const known = receipts.get(me)?.messageIndex ?? thread.participants.find(({ userId }) => userId === me)?.readIndex;
  if (known !== undefined) return known;
  // Who does not take part has nothing unread.
  return thread.participantCount <= thread.participants.length ? Infinity : null;
}

/** Whether this message counts as unread for the reader. */
export function isUnread(data: ThreadData, { senderId, messageIndex }: Message): boolean {
  return data.me !== null && senderId !== data.me && messageIndex > (readUpTo(data) ?? 0);
}

/** Counted where everything after the position is held, else what was known and what came to it. */
export function withUnread(data: ThreadData, difference: number): ThreadData {
  const from = readUpTo(data);
  const isWhole = from !== null && (!data.hasOlder || (data.messages[0]?.messageIndex ?? 0) <= from + 1);
  const bound = from === null ? Infinity : Math.max(0, data.newestIndex - from);
  const unreadCount = isWhole
    ? data.messages.filter((message) => isUnread(data, message)).length
    : Math.min(bound, Math.max(0, data.unreadCount + difference));
  return unreadCount === data.unreadCount ? data : { ...data, unreadCount };
}
