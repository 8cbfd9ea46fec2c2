import type { EventType } from './index';

/** What each event says, in one sentence; for the generated schemas and the catalogue page. */
export const DESCRIPTIONS: Record<EventType, string> = {
  CHAT_THREAD_CREATED: 'A thread began, with its first participants; a sub-thread has none, its root’s count.',
  CHAT_THREAD_UPDATED: 'Title or metadata of a thread changed; only what changed is there.',
  CHAT_THREAD_STATUS_CHANGED: 'A thread was archived, completed or opened again.',
  CHAT_THREAD_DELETED: 'A thread was deleted for everybody, its sub-threads with it.',
  CHAT_PARTICIPANT_ADDED: 'A user takes part from now on and sees messages from `visible_from_index` on.',
  CHAT_PARTICIPANT_REMOVED: 'A user takes part no longer.',
  CHAT_PARTICIPANT_ROLE_CHANGED: 'A participant has another role.',
  CHAT_MESSAGE_CREATED: 'A message was posted, under the next index of its thread.',
  CHAT_MESSAGE_UPDATED: 'The author edited a message; only what changed is there, and `edit` counts.',
  CHAT_MESSAGE_DELETED: 'A message was deleted; its text leaves every read model.',
  CHAT_REACTION_ADDED: 'A user reacted to a message.',
  CHAT_REACTION_REMOVED: 'A user took a reaction back.',
  CHAT_MESSAGE_PINNED: 'A message was pinned for everybody in its thread.',
  CHAT_MESSAGE_UNPINNED: 'A message is no longer pinned.',
  CHAT_USER_SYNCED: 'The profile of a user, whole, as the tenant’s own system has it.',
  CHAT_USER_REMOVED: 'A user left the tenant; the profile leaves every read model.',
  CHAT_THREAD_READ: 'A user has read a thread up to a message; the index only ever grows.',
  CHAT_THREAD_PREFERENCES_CHANGED: 'A user changed what a thread means to them; only what changed is there.',
  CHAT_PARTITION_OWNED:
    'A marker: from here on the partition is written under this epoch, and records of lower ones are void.',
};
