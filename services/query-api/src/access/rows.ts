import type { ParticipantRole } from '@threadlog/events';
import type { ThreadMarks, ThreadRow } from '@threadlog/read-models';

/** A thread with what its viewer's access depends on, read in one statement. */
export interface ThreadAccessRow extends ThreadRow, ThreadMarks {
  /** The learner of the root: a sub-thread is seen by those who see its root. */
  root_learner_id: string | null;
  /** The viewer's membership in the root; null where it does not take part. */
  member_role: ParticipantRole | null;
  member_from: number | null;
  /** Version of the root from which on it sees sub-threads. */
  member_from_version: number | null;
  /** Stream version, in the root, of the last event about that membership. */
  member_version: number | null;
  /** Deleted messages below `member_from`. */
  hidden_deleted: number;
  /** Whether it has sub-threads: only then its messages can have replies. */
  has_sub_threads: boolean;
}

/** A thread with all that its resource shows, but for the text of its last message. */
export interface ThreadPartsRow extends ThreadAccessRow {
  /** The first who joined and their roles, as in `ThreadMembersRow`; null where nobody takes part. `membersOf` takes it apart. */
  member_ids: string | null;
  member_roles: string | null;
  /** `user index` of those of them who have read something, separated by commas. */
  readers: string | null;
  participant_count: number;
  last_visible_index: number | null;
  unread_count: number;
  /** How the viewer wants to see it: columns of its `user_threads`, null where it set nothing. */
  muted_until: string | null;
  pinned: boolean | null;
  hidden: boolean | null;
  marked_unread: boolean | null;
}
