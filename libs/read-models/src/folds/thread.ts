import type { ChatEvent, EventOf, Sealed } from '@threadlog/events';
import type { SealedText, ThreadRow } from '../rows';

/** Column form of a sealed field. */
export function sealedText(value: Sealed | null | undefined): SealedText {
  return value ? value.sealed : null;
}

/**
 * The thread's row after an event of its stream. The one fold of a thread: projector, write side and realtime share it.
 * Events at or below the row's version change nothing, so a second delivery is harmless.
 */
export function foldThread(row: ThreadRow | null, event: ChatEvent): ThreadRow | null {
  if (event.event_type === 'CHAT_THREAD_CREATED') return row ?? createdThread(event);
  if (!row || event.stream_type !== 'thread' || event.stream_version <= row.version) return row;
  const next = { ...row, version: event.stream_version };
  FOLDS[event.event_type]?.(next, event as never);
  return next;
}

/** What a deletion leaves of a thread. */
export function threadDeleted({ timestamp }: EventOf<'CHAT_THREAD_DELETED'>) {
  return { deleted_at: timestamp, title: null, metadata: null } as const satisfies Partial<ThreadRow>;
}

type Fold<T extends ChatEvent['event_type']> = (row: ThreadRow, event: EventOf<T>) => void;

/** Changes a fresh copy of the row. Types without an entry move the version only. */
const FOLDS: { [T in ChatEvent['event_type']]?: Fold<T> } = {
  CHAT_THREAD_UPDATED(row, event) {
    const { title, metadata, reason } = event.data;
    // Whose text it was stays, where that was erased: it shows as erased until somebody writes another.
    if (title !== undefined) {
      row.title = sealedText(title);
      if (reason !== 'privacy') row.title_by = title && event.actor.id;
    }
    if (metadata !== undefined) {
      row.metadata = sealedText(metadata);
      if (reason !== 'privacy') row.metadata_by = metadata && event.actor.id;
    }
    if (reason === 'privacy') row.settings_version = event.stream_version;
    else settingsChanged(row, event);
  },
  CHAT_THREAD_STATUS_CHANGED(row, event) {
    row.status = event.data.status;
    settingsChanged(row, event);
  },
  CHAT_THREAD_DELETED(row, event) {
    Object.assign(row, threadDeleted(event));
  },
  CHAT_MESSAGE_CREATED(row, event) {
    row.last_message_index = event.data.message_index;
    row.last_message_id = event.data.message_id;
    row.last_message_at = event.timestamp;
    row.updated_at = event.timestamp;
  },
  CHAT_MESSAGE_DELETED(row) {
    row.deleted_count += 1;
  },
};

function settingsChanged(row: ThreadRow, event: ChatEvent): void {
  row.settings_version = event.stream_version;
  row.updated_at = event.timestamp;
}

function createdThread(event: EventOf<'CHAT_THREAD_CREATED'>): ThreadRow {
  const { data } = event;
  return {
    tenant_id: event.tenant_id,
    thread_id: data.thread_id,
    type: data.type,
    channel: data.channel,
    status: 'active',
    learner_id: data.learner_id,
    title: sealedText(data.title),
    title_by: data.title && event.actor.id,
    metadata: sealedText(data.metadata),
    metadata_by: data.metadata && event.actor.id,
    parent_thread_id: data.parent_thread_id,
    root_message_id: data.root_message_id,
    // Where nobody wrote it down, it counts as old: who does not see the whole history does not see it.
    root_version: data.parent_thread_id === null ? null : (data.root_version ?? 1),
    created_by: event.actor.id,
    created_by_type: event.actor.type,
    created_at: event.timestamp,
    updated_at: event.timestamp,
    version: event.stream_version,
    settings_version: event.stream_version,
    last_message_index: 0,
    last_message_id: null,
    last_message_at: null,
    deleted_count: 0,
    deleted_at: null,
  };
}
