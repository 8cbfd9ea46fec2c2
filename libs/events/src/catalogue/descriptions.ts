import type { EventType } from './index';

/** What each event says, in one sentence; for the generated schemas and the catalogue page. */
export const DESCRIPTIONS: Record<EventType, string> = {
  CHAT_THREAD_CREATED: 'A thread began, with its first participants; a sub-thread has none, its root’s count.',
  CHAT_THREAD_UPDATED: 'Title or metadata of a thread changed; only what changed is there.',
  CHAT_THREAD_STATUS_CHANGED: 'A thread was archived, completed or opened again.',
  CHAT_THREAD_DELETED: 'A thread was deleted for everybody, its sub-threads with it.',
  CHAT_PARTICIPANT_ADDED:
    'A user takes part from now on and sees messages from `visible_from_index` on, and sub-threads that begin at `visible_from_version` or later.',
  CHAT_PARTICIPANT_REMOVED: 'A user takes part no longer.',
  CHAT_PARTICIPANT_ROLE_CHANGED: 'A participant has another role.',
  CHAT_MESSAGE_CREATED: 'A message was posted, under the next index of its thread.',
  CHAT_MESSAGE_UPDATED: 'The author edited a message; only what changed is there, and `edit` counts.',
  CHAT_MESSAGE_DELETED: 'A message was deleted; its text leaves every read model.',
  CHAT_REACTION_ADDED: 'A user reacted to a message, with an emoji (variation selectors do not count) or a short code.',
  CHAT_REACTION_REMOVED: 'A user took a reaction back.',
  CHAT_MESSAGE_PINNED: 'A message was pinned for everybody in its thread.',
  CHAT_MESSAGE_UNPINNED: 'A message is no longer pinned.',
  CHAT_USER_SYNCED: 'The profile of a user, whole, as the tenant’s own system has it.',
  CHAT_USER_REMOVED: 'A user left the tenant; the profile leaves every read model.',
  CHAT_THREAD_READ: 'A user has read a thread up to a message; the index only ever grows.',
  CHAT_THREAD_PREFERENCES_CHANGED: 'A user changed what a thread means to them; only what changed is there.',
  CHAT_PRIVACY_EXPORT_REQUESTED: 'Somebody asked for all data of a person.',
  CHAT_PRIVACY_EXPORT_COMPLETED: 'The file is ready and can be fetched until `expires_at`.',
  CHAT_PRIVACY_EXPORT_FAILED: 'The export was given up; it can be asked for again.',
  CHAT_PRIVACY_EXPORT_DOWNLOADED: 'Somebody fetched the file of an export; the actor says who.',
  CHAT_PRIVACY_DELETION_REQUESTED: 'Somebody asked to erase a person; until `execute_after` it can be cancelled.',
  CHAT_PRIVACY_DELETION_CANCELLED: 'An erasure was called off before it began.',
  CHAT_PRIVACY_DELETION_STARTED: 'An erasure began; from here on it cannot be called off.',
  CHAT_PRIVACY_SUBJECT_ERASED:
    'The keys of a person (or of a tenant) are destroyed: nothing that was sealed with them can be read again.',
  CHAT_PRIVACY_DELETION_COMPLETED: 'An erasure is done and verified; the signed receipt says what was checked.',
  CHAT_PRIVACY_DELETION_FAILED: 'An erasure was given up before anything was destroyed.',
  CHAT_PRIVACY_SUBJECT_READMITTED: 'An erased person may write again, under a new key; what was erased stays so.',
  CHAT_LEGAL_HOLD_SET: 'A person or a thread must be kept as it is: neither erasure nor retention touches it.',
  CHAT_LEGAL_HOLD_RELEASED: 'A legal hold ended.',
  CHAT_RETENTION_SET: 'How many days a tenant keeps messages.',
  CHAT_ERASURE_BEGUN: 'No hold stands against an erasure, and from here on none can be set against it.',
  CHAT_ERASURE_ENDED: 'The erasure that began under this request is over.',
  CHAT_PARTITION_OWNED:
    'A marker: from here on the partition is written under this epoch, and records of lower ones are void.',
};
