import { threadPreferences } from '@threadlog/commands';
import type { ClearData } from '@threadlog/events';
import type { UserThreadRow } from '@threadlog/read-models';
import { happened, UNCHANGED } from '../decision';
import { namedPlace, ofActor, thePlace, writer } from '../common';
import { defineCommand } from '../define';

/** Changes how the user wants to see a thread. */
export const changePreferences = defineCommand(threadPreferences, {
  stream: ofActor,
  reads: thePlace,
  people: writer,
  refusals: ['subject_erased'],
  decide(input, state) {
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
  },
  shows: namedPlace,
  replays: thePlace,
});

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
