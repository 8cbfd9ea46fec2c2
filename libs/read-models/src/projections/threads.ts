import type { AgentMode, Channel, ChatEvent, EventOf, TenantId, ThreadStatus, ThreadType } from '@threadlog/events';
import { bigint, integer, json, madeOf, nullable, text } from '../tables/columns';
import { defineTable, type RowOf } from '../tables/table';
import { sealedText, threadTouched, UNTOUCHED, type Projection } from './projection';

/**
 * Characters of a time of the events that tell its minute. Threads are found by the minute of their last activity and put in
 * order within it: an index of the time itself would change with every message.
 */
export const MINUTE_LENGTH = 16;

/** Threads as the read model keeps them. */
export const threadsTable = defineTable({
  name: 'threads',
  columns: {
    tenant_id: text<TenantId>(),
    thread_id: text(),
    type: text<ThreadType>(),
    channel: text<Channel>(),
    status: text<ThreadStatus>(),
    learner_id: nullable(text()),
    /** Sealed. */
    title: nullable(text()),
    /** Who wrote the title; where that is null, whose was erased. Null where nobody wrote one, or took it away itself. */
    title_by: nullable(text()),
    /** Sealed. */
    metadata: nullable(text()),
    metadata_by: nullable(text()),
    parent_thread_id: nullable(text()),
    root_message_id: nullable(text()),
    /** Version of the root that a sub-thread begins at; null for a root. */
    root_version: nullable(integer()),
    created_by: text(),
    created_by_type: text(),
    created_at: text(),
    /** Time of the newest message or settings change. */
    updated_at: text(),
    /** Stream version of the last event of the stream: the public `seq`. */
    version: integer(),
    /** Stream version of the last change of title, metadata or status: the ETag. */
    settings_version: integer(),
    last_message_index: integer('0'),
    /** Id of the newest message, deleted or not; null where there was none. */
    last_message_id: nullable(text()),
    /** Time of the newest message, deleted or not; null where there was none. */
    last_message_at: nullable(text()),
    deleted_count: integer('0'),
    deleted_at: nullable(text()),
    /** Of a root; a sub-thread goes by its root's. */
    agent_mode: text<AgentMode>(),
    /** When that changed last: agents answer only what was written since. */
    agent_mode_at: nullable(text()),
    /** By agent: the newest message whose run is over, with an answer or without one. */
    agent_runs: nullable(json<Record<string, number>>()),
    /** Agents that spoke in a row since somebody else did; null where nobody else has yet. */
    agent_hops: nullable(integer()),
  },
  marks: {
    parked_offset: nullable(bigint()),
    closed_at: nullable(text()),
    active_minute: madeOf(`left(updated_at, ${MINUTE_LENGTH})`),
  },
  // Each message changes its thread. Where nothing changes that an index has, and the page has room, the indexes are spared.
  fillFactor: 70,
  key: ['tenant_id', 'thread_id'],
  guard: 'version',
  indexes: {
    threads_by_activity: {
      on: 'tenant_id, active_minute desc',
      where: 'deleted_at is null and parent_thread_id is null',
    },
    threads_by_learner: { on: 'tenant_id, learner_id, thread_id', where: 'learner_id is not null' },
    threads_by_parent: { on: 'tenant_id, parent_thread_id, root_message_id', where: 'parent_thread_id is not null' },
    threads_titled_by: { on: 'tenant_id, title_by, thread_id', where: 'title_by is not null' },
    // What somebody wrote on threads is mostly both, which takes one entry.
    threads_described_by: {
      on: 'tenant_id, metadata_by, thread_id',
      where: 'metadata_by is distinct from title_by',
    },
  },
});

/** A thread as the read model keeps it; timestamps are the events' strings. */
export type ThreadRow = RowOf<typeof threadsTable>;

/** What stands beside a thread's row while it is parked; not part of the fold. */
export interface ThreadMarks {
  /** Offset of the record that parked it: the row has nothing of what came then. Null for all others. */
  parked_offset: number | null;
  /** Set, with `deleted_at`, on one that nobody may see until it is replayed. */
  closed_at: string | null;
}

/** Threads: settings, state, last index. Every event of a thread moves its version. */
export const threads: Projection<ThreadRow> = {
  table: threadsTable,
  remembered: true,
  touches: (event) => (event.stream_type === 'thread' ? threadTouched(event) : UNTOUCHED),
  fold: foldThread,
};

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
    const { run, sender_id } = event.data;
    if (run) runOver(row, sender_id, run.trigger_index);
    row.agent_hops = hopsAfter(row, event);
  },
  CHAT_AGENT_MODE_CHANGED(row, event) {
    row.agent_mode = event.data.mode;
    row.agent_mode_at = event.timestamp;
    settingsChanged(row, event);
  },
  CHAT_AGENT_RUN_ENDED(row, { data }) {
    runOver(row, data.agent_id, data.trigger_index);
  },
  CHAT_MESSAGE_DELETED(row) {
    row.deleted_count += 1;
  },
};

/** Index of the newest message that the agent has dealt with; 0 without any. An id may be a name that every object has. */
export function newestDealtWith({ agent_runs: runs }: Pick<ThreadRow, 'agent_runs'>, agentId: string): number {
  return runs && Object.hasOwn(runs, agentId) ? runs[agentId]! : 0;
}

function runOver(row: ThreadRow, agentId: string, triggerIndex: number): void {
  row.agent_runs = { ...row.agent_runs, [agentId]: Math.max(newestDealtWith(row, agentId), triggerIndex) };
}

/** What a person says begins a new row of agents; what the product says changes nothing. */
function hopsAfter({ agent_hops: before }: ThreadRow, { data }: EventOf<'CHAT_MESSAGE_CREATED'>): number | null {
  if (data.sender_type === 'user') return 0;
  return data.sender_type === 'agent' ? Math.max(before ?? 0, hopsOf(data)) : before;
}

/** How many agents in a row an agent's message is the last of. Where nobody wrote it down, it is the first. */
export function hopsOf({ run, hops }: Pick<EventOf<'CHAT_MESSAGE_CREATED'>['data'], 'run' | 'hops'>): number {
  return run?.hops ?? hops ?? 1;
}

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
    agent_mode: 'auto',
    agent_mode_at: null,
    agent_runs: null,
    agent_hops: null,
  };
}
