import { setImmediate as turn } from 'node:timers/promises';
import type { MessageResource, ThreadResource } from '@threadlog/events';
import { createLoneFold, type FoldedAlone } from '../folding/foldAlone';
import { messagesTable, participantsTable, presentMessage, presentThread, threadsTable } from '@threadlog/read-models';
import { MASKED_VIEW } from './masked';
import type { ThreadStream } from './readThread';

/** A thread as it was: as the API shows it to somebody who sees all of it, without text, names and what is one viewer's. */
export interface ThreadAt {
  thread: ThreadResource;
  /** All of them, oldest first. */
  messages: MessageResource[];
  passedOver: FoldedAlone['passedOver'];
}

/** Records folded in one go: others of the process have their turn in between. */
const IN_ONE_GO = 100;

/** Folds a thread's stream as the read model does. Null where there was no thread yet. */
export async function threadAt({ partition, records }: ThreadStream, threadId: string): Promise<ThreadAt | null> {
  const folded = createLoneFold(partition);
  for (const [index, { record }] of records.entries()) {
    if (index % IN_ONE_GO === IN_ONE_GO - 1) await turn();
    folded.add(record);
  }
  const thread = folded.rows(threadsTable).find(({ thread_id }) => thread_id === threadId);
  if (!thread) return null;
  const messages = folded
    .rows(messagesTable)
    .filter(({ thread_id }) => thread_id === threadId)
    .sort((one, other) => one.message_index - other.message_index);
  const participants = folded
    .rows(participantsTable)
    .filter(({ thread_id, removed_at }) => thread_id === threadId && removed_at === null)
    .sort((one, other) => compare(one.joined_at, other.joined_at) || compare(one.user_id, other.user_id));
  const shown = messages.map((row) => presentMessage(row, MASKED_VIEW));
  return {
    thread: {
      ...presentThread({ thread, visibleFrom: 1, participants }, MASKED_VIEW),
      lastMessage: shown.findLast(({ deletedAt }) => deletedAt === null) ?? null,
    },
    messages: shown,
    passedOver: folded.passedOver,
  };
}

const compare = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0);
