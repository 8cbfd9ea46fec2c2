import { happened, UNCHANGED, type Decide } from '../../threads/domain/decision';
import type { ClearData } from '@threadlog/events';
import type { UserThreadRow } from '@threadlog/read-models';

/**
 * Moves the reader's position, forward only. That the reader sees the thread, and where the message stands, was looked
 * up in the read model before: the thread is another stream, and a position that is right once stays right.
 */
export const readThread: Decide<'thread.read'> = (input, state, context) => {
  const row = state.userThreads.get(input.threadId);
  const isNews = !row || input.messageIndex > row.read_index || row.marked_unread;
  if (!isNews) return UNCHANGED;
  return happened({
    type: 'CHAT_THREAD_READ',
    data: {
      thread_id: input.threadId,
      message_id: input.messageId,
      message_index: input.messageIndex,
      read_at: context.now,
    },
  });
};

/** Changes how the user wants to see a thread. */
export const changePreferences: Decide<'thread.preferences'> = (input, state) => {
  const row = state.userThreads.get(input.threadId);
  const wanted = {
    muted_until: input.mutedUntil,
    pinned: input.pinned,
    hidden: input.hidden,
    marked_unread: input.markedUnread,
  };
  const changes = differing(wanted, row);
  if (Object.keys(changes).length === 0) return UNCHANGED;
  return happened({ type: 'CHAT_THREAD_PREFERENCES_CHANGED', data: { thread_id: input.threadId, ...changes } });
};

type Wanted = Omit<ClearData<'CHAT_THREAD_PREFERENCES_CHANGED'>, 'thread_id'>;

function differing(wanted: Wanted, row: UserThreadRow | undefined): Wanted {
  const known: Wanted = row ?? { muted_until: null, pinned: false, hidden: false, marked_unread: false };
  const names = Object.keys(wanted) as (keyof Wanted)[];
  return Object.fromEntries(
    names
      .filter((name) => wanted[name] !== undefined && wanted[name] !== known[name])
      .map((name) => [name, wanted[name]]),
  );
}
