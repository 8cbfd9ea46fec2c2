import { shownPosition } from '@threadlog/auth';
import { type Json, type JsonObject, type ParticipantResource, type ThreadResource } from '@threadlog/events';
import {
  PARTICIPANTS_SHOWN,
  type MessageRow,
  type ParticipantRow,
  type ThreadMarks,
  type ThreadRow,
} from '../projections';
import { presentMessage, type Replies } from './message';
import { NO_PROFILE, readColumn, shownText, type PresenterView, type Readable, type ViewOpener } from './view';

export type ParticipantView = Pick<ParticipantRow, 'user_id' | 'role'> & { read_index?: number };

/** A thread's row and what stands around it, as far as this viewer may see it. */
export interface ThreadParts {
  thread: ThreadRow & Partial<ThreadMarks>;
  /** Index of the first message that the viewer sees. */
  visibleFrom: number;
  /** Current members in the order they joined; the first twenty are shown. */
  participants: readonly ParticipantView[];
  /** All current members; their number here when not given. */
  participantCount?: number;
  lastMessage?: MessageRow | null;
  lastMessageReplies?: Replies | undefined;
  /** Deleted messages from before `visibleFrom`. */
  hiddenDeleted?: number;
  unreadCount?: number;
  preferences?: ThreadResource['preferences'];
}

const DEFAULT_PREFERENCES: ThreadResource['preferences'] = Object.freeze({
  mutedUntil: null,
  pinned: false,
  hidden: false,
  markedUnread: false,
});

/** The thread as every surface shows it to this viewer. Synchronous: the view's opener must be prepared. */
export function presentThread(parts: ThreadParts, view: PresenterView): ThreadResource {
  const { thread, participants } = parts;
  return {
    id: thread.thread_id,
    type: thread.type,
    channel: thread.channel,
    status: thread.status,
    agentMode: thread.parent_thread_id === null ? thread.agent_mode : null,
    ...readSettings(thread, view.opener),
    learnerId: thread.learner_id,
    parentThreadId: thread.parent_thread_id,
    rootMessageId: thread.root_message_id,
    participants: participants
      .slice(0, PARTICIPANTS_SHOWN)
      .map((row) => presentParticipant(row, view, parts.visibleFrom)),
    participantCount: parts.participantCount ?? participants.length,
    messageCount: visibleMessages(parts),
    unreadCount: parts.unreadCount ?? 0,
    lastMessage: parts.lastMessage ? presentMessage(parts.lastMessage, view, parts.lastMessageReplies) : null,
    preferences: parts.preferences ?? DEFAULT_PREFERENCES,
    seq: thread.version,
    createdBy: thread.created_by,
    createdAt: thread.created_at,
    updatedAt: thread.updated_at,
    ...staleness(thread),
  };
}

/** What an answer says of a thread that is parked. */
export function staleness({ parked_offset }: Partial<ThreadMarks>): { stale?: true } {
  return typeof parked_offset === 'number' ? { stale: true } : {};
}

/** Messages of the thread that the viewer sees, deleted ones aside unless they count too. */
export function visibleMessages(
  { thread, visibleFrom, hiddenDeleted = 0 }: Pick<ThreadParts, 'thread' | 'visibleFrom' | 'hiddenDeleted'>,
  includeDeleted = false,
): number {
  const all = Math.max(0, thread.last_message_index - (visibleFrom - 1));
  return includeDeleted ? all : Math.max(0, all - (thread.deleted_count - (visibleFrom > 1 ? hiddenDeleted : 0)));
}

/**
 * A member as every surface shows it to who sees the thread from `visibleFrom` on. `read_index` is 0 where no position is
 * known, or it stands before that.
 */
export function presentParticipant(
  row: ParticipantView,
  view: PresenterView,
  visibleFrom: number,
): ParticipantResource {
  const { displayName, avatarUrl } = view.profile(row.user_id) ?? NO_PROFILE;
  return {
    userId: row.user_id,
    role: row.role,
    displayName,
    avatarUrl,
    readIndex: shownPosition(row.read_index ?? 0, visibleFrom),
  };
}

/**
 * Title and metadata as they can be shown. What is gone and was somebody's is that of an erased person: nobody else took
 * it away.
 */
export function readSettings(thread: ThreadRow, opener: ViewOpener): Settings {
  const read = <TValue extends Json>(field: 'title' | 'metadata', by: string | null): Readable<TValue> => {
    if (thread[field] === null && by !== null && thread.deleted_at === null) return { value: null, state: 'erased' };
    return readColumn<TValue>(opener, thread[field], columnOf(thread, field));
  };
  return settingsOf(read<string>('title', thread.title_by), read<JsonObject>('metadata', thread.metadata_by));
}

type Settings = Pick<ThreadResource, 'title' | 'titleState' | 'metadata' | 'metadataState'>;

function settingsOf(title: Readable<string>, metadata: Readable<JsonObject>): Settings {
  return {
    title: shownText(title),
    ...(title.state !== null && { titleState: title.state }),
    metadata: metadata.value,
    ...(metadata.state !== null && { metadataState: metadata.state }),
  };
}

function columnOf(thread: ThreadRow, field: string) {
  return { tenantId: thread.tenant_id, streamType: 'thread' as const, streamId: thread.thread_id, field };
}
