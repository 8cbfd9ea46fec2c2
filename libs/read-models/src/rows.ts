import type {
  Channel,
  DeleteReason,
  Json,
  MessageType,
  ParticipantRole,
  SenderType,
  StreamType,
  TenantId,
  ThreadStatus,
  ThreadType,
} from '@threadlog/events';

export * from './privacyRows';

/** Text of a sealed blob (`v1.…`) as stored in a column; null when there is none or it was scrubbed. */
export type SealedText = string | null;

/** A thread as the read model keeps it; timestamps are the events' strings. */
export interface ThreadRow {
  tenant_id: TenantId;
  thread_id: string;
  type: ThreadType;
  channel: Channel;
  status: ThreadStatus;
  learner_id: string | null;
  title: SealedText;
  /** Who wrote the title; where that is null, whose was erased. Null where nobody wrote one, or took it away itself. */
  title_by: string | null;
  metadata: SealedText;
  metadata_by: string | null;
  parent_thread_id: string | null;
  root_message_id: string | null;
  /** Version of the root that a sub-thread begins at; null for a root. */
  root_version: number | null;
  created_by: string;
  created_by_type: string;
  created_at: string;
  /** Time of the newest message or settings change. */
  updated_at: string;
  /** Stream version of the last event of the stream: the public `seq`. */
  version: number;
  /** Stream version of the last change of title, metadata or status: the ETag. */
  settings_version: number;
  last_message_index: number;
  /** Id of the newest message, deleted or not; null where there was none. */
  last_message_id: string | null;
  /** Time of the newest message, deleted or not; null where there was none. */
  last_message_at: string | null;
  deleted_count: number;
  deleted_at: string | null;
}

export interface ParticipantRow {
  tenant_id: TenantId;
  thread_id: string;
  user_id: string;
  role: ParticipantRole;
  visible_from_index: number;
  /** Sub-threads that begin at a lower version of the root are not seen; 1 for the whole history. */
  visible_from_version: number;
  /** Messages that there were in the thread when it joined. They count as read, whatever history it is shown. */
  joined_index: number;
  joined_at: string;
  version: number;
  removed_at: string | null;
}

/**
 * The members of a root thread in the order they joined, as one row: lists show them for each of many threads. Ids hold no
 * spaces.
 */
export interface RosterRow {
  tenant_id: TenantId;
  thread_id: string;
  /** The first `PARTICIPANTS_SHOWN`, separated by spaces; null where the participants must be asked (see `foldRoster`). */
  member_ids: string | null;
  /** Their roles in the same order; null with the ids. */
  member_roles: string | null;
  /** All current members. */
  participant_count: number;
  version: number;
}

/** Who reacted with what, oldest first. */
export type Reactions = { emoji: string; user_ids: string[] }[];

/** A former text of a message: what stood there before an edit. A row of its own, so that an edit costs the same as the first. */
export interface MessageEditRow {
  tenant_id: TenantId;
  thread_id: string;
  message_index: number;
  /** Its place among those that are kept of the message. */
  slot: number;
  /** How often the message had been edited when this stood there. */
  edit: number;
  sender_id: string;
  /** Null where the message was deleted since. */
  content: SealedText;
  /** When it was replaced, or taken away. */
  edited_at: string;
  version: number;
}

export interface MessageRow {
  tenant_id: TenantId;
  thread_id: string;
  message_index: number;
  message_id: string;
  /** Stream version of the last event that changed the message; `created_version` of the first. */
  version: number;
  created_version: number;
  sender_id: string;
  sender_type: SenderType;
  message_type: MessageType;
  content: SealedText;
  metadata: SealedText;
  attachments: SealedText;
  reply_to: string | null;
  mentions: string[];
  client_message_id: string | null;
  edit: number;
  pinned: boolean;
  reactions: Reactions | null;
  created_at: string;
  updated_at: string;
  deleted_at: string | null;
  delete_reason: DeleteReason | null;
}

export interface UserRow {
  tenant_id: TenantId;
  user_id: string;
  display_name: SealedText;
  avatar_url: SealedText;
  email: SealedText;
  metadata: SealedText;
  synced_at: string;
  removed_at: string | null;
  version: number;
}

/** What one user has read of one thread and how it wants to see it; folded from the user's own stream. */
export interface UserThreadRow {
  tenant_id: TenantId;
  user_id: string;
  thread_id: string;
  /** Index of the last message read; only grows. 0 when none was. */
  read_index: number;
  read_message_id: string | null;
  read_at: string | null;
  muted_until: string | null;
  pinned: boolean;
  hidden: boolean;
  marked_unread: boolean;
  version: number;
}

export interface ReceiptRow {
  tenant_id: TenantId;
  stream_type: string;
  stream_id: string;
  key_hash: string;
  request_hash: string;
  actor_id: string;
  event_type: string;
  resource_id: string;
  version: number;
  partition: number;
  log_offset: number;
  created_at: string;
}

/** An event as the audit log keeps it: who did what to whom, and no text. */
export interface AuditRow {
  tenant_id: TenantId;
  stream_type: StreamType;
  stream_id: string;
  version: number;
  event_id: string;
  event_type: string;
  at: string;
  actor_type: string;
  actor_id: string;
  actor_role: string | null;
  thread_id: string | null;
  message_id: string | null;
  user_id: string | null;
  detail: Record<string, Json> | null;
}

/** A stream as the read model keeps it: one row whatever its events. */
export interface StreamRow {
  tenant_id: TenantId;
  stream_type: StreamType;
  stream_id: string;
  version: number;
  last_timestamp: string;
  partition: number;
  /** Time of the record that parked the stream; null while it is being projected. */
  parked_at: string | null;
  /** Versions behind `version` that records which were discarded unread may have taken. */
  gap: number;
}

/** What stands beside a thread's row while it is parked; not part of the fold. */
export interface ThreadMarks {
  /** Offset of the record that parked it: the row has nothing of what came then. Null for all others. */
  parked_offset: number | null;
  /** Set, with `deleted_at`, on one that nobody may see until it is replayed. */
  closed_at: string | null;
}
