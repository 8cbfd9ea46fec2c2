import type {
  Channel,
  DeleteReason,
  ErasureReason,
  HoldReason,
  Json,
  MessageType,
  ParticipantRole,
  PrivacyStatus,
  SenderType,
  StreamType,
  Subject,
  TenantId,
  ThreadStatus,
  ThreadType,
} from '@threadlog/events';

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
  metadata: SealedText;
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
/** Former texts of a message, oldest first; emptied when it is deleted. */
export type EditHistory = { edit: number; content: SealedText; edited_at: string }[];

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
  history: EditHistory | null;
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

/** What the two logs of privacy requests have in common. */
interface PrivacyLogRow {
  tenant_id: TenantId;
  request_id: string;
  /** Stream of the subject's requests. */
  stream_id: string;
  subject_kind: Subject['kind'];
  subject_id: string;
  /** The subject once more where it is a learner, for looking up by learner. */
  learner_id: string | null;
  requested_by: string;
  status: PrivacyStatus;
  created_at: string;
  completed_at: string | null;
  /** Code of what made it fail. */
  error: string | null;
  version: number;
}

/** A request for all data of a person, and what came of it. */
export interface ExportLogRow extends PrivacyLogRow {
  expires_at: string | null;
  files: number | null;
  counts: Record<string, number> | null;
  bytes: number | null;
  sha256: string | null;
  downloads: number;
}

/** A request to erase a person or a tenant, and what came of it. */
export interface DeletionLogRow extends PrivacyLogRow {
  reason: ErasureReason;
  execute_after: string;
  started_at: string | null;
  erased_at: string | null;
  cancelled_at: string | null;
  /** When the erased subject was let in again. */
  readmitted_at: string | null;
  receipt: Record<string, Json> | null;
}

/** A legal hold on a person or on a thread. */
export interface LegalHold {
  hold_id: string;
  subject: Subject | null;
  held_thread_id: string | null;
  reason: HoldReason;
  reference: string | null;
  set_by: string;
  set_at: string;
}

/** What holds for a tenant as a whole; folded from its own stream. */
export interface TenantRow {
  tenant_id: TenantId;
  /** Null: for ever, unless `retention_default`. */
  retention_days: number | null;
  /** True where the deployment's own setting applies. */
  retention_default: boolean;
  holds: LegalHold[];
  /** Erasures that began and are not over: no hold can be set against them any more. */
  erasing: { request_id: string; subject: Subject }[];
  version: number;
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
}
