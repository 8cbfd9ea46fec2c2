import { type Json, type JsonObject, type ParticipantResource, type ThreadResource } from '@threadlog/events';
import { PARTICIPANTS_SHOWN } from '../folds/roster';
import type { MessageRow, ParticipantRow, ThreadMarks, ThreadRow } from '../rows';
import { presentMessage, type Replies } from './message';
import { NO_PROFILE, readColumn, shownText, type PresenterView, type Readable, type ViewOpener } from './view';

export type ParticipantView = Pick<ParticipantRow, 'user_id' | 'role'> & { read_index?: number };

/** A thread's row and what stands around it, as far as this viewer may see it. */
export interface ThreadParts {
  thread: ThreadRow & Partial<ThreadMarks>;
  /** Current members in the order they joined; the first twenty are shown. */
  participants: readonly ParticipantView[];
  /** All current members; their number here when not given. */
  participantCount?: number;
  lastMessage?: MessageRow | null;
  lastMessageReplies?: Replies | undefined;
  /** Messages the viewer may see, deleted ones aside; all of the thread when not given. */
  messageCount?: number;
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
    ...readSettings(thread, view.opener),
    learnerId: thread.learner_id,
    parentThreadId: thread.parent_thread_id,
    rootMessageId: thread.root_message_id,
    participants: participants.slice(0, PARTICIPANTS_SHOWN).map((row) => presentParticipant(row, view)),
    participantCount: parts.participantCount ?? participants.length,
    messageCount: parts.messageCount ?? thread.last_message_index - thread.deleted_count,
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

/** A member as every surface shows it. `read_index` is 0 where no position is known. */
export function presentParticipant(row: ParticipantView, view: PresenterView): ParticipantResource {
  const { displayName, avatarUrl } = view.profile(row.user_id) ?? NO_PROFILE;
  return { userId: row.user_id, role: row.role, displayName, avatarUrl, readIndex: row.read_index ?? 0 };
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
