import { messageIdOf, type MessageRow } from '@threadlog/read-models';
import { foldRows } from '@threadlog/testing';
import { opened, type World } from './world';

/** What a client knows of a thread, from frames alone or from a fetch. */
export interface KnownThread {
  seq: number;
  title: string | null;
  members: Set<string>;
  /** By id; deleted ones are not there. */
  messages: Map<string, KnownMessage>;
}

export interface KnownMessage {
  text: string;
  pinned: boolean;
  /** Reactions, as `emoji userId`. */
  marks: Set<string>;
}

/** A thread as it really is after its events up to `seq`; null when this user does not take part in it. */
export function truth(world: World, threadId: string, userId: string, seq = Infinity): KnownThread | null {
  const { threads, participants, messages } = foldRows(eventsUpTo(world, threadId, seq));
  const own = participants.find((row) => row.user_id === userId);
  const [thread] = threads;
  if (!thread || thread.deleted_at !== null || !own || own.removed_at !== null) return null;
  const visible = messages.filter((row) => row.deleted_at === null && row.message_index >= own.visible_from_index);
  return {
    seq: thread.version,
    title: thread.title && (opened(thread.title) as string),
    members: new Set(participants.filter((row) => row.removed_at === null).map((row) => row.user_id)),
    messages: new Map(visible.map((row) => [row.message_id, knownMessage(row)])),
  };
}

function knownMessage({ content, pinned, reactions }: MessageRow): KnownMessage {
  const marks = (reactions ?? []).flatMap(({ emoji, user_ids }) => user_ids.map((userId) => `${emoji} ${userId}`));
  return { text: opened(content!) as string, pinned, marks: new Set(marks) };
}

/** The first event between two seqs, both exclusive, that this user should have been told of. */
export function untold(world: World, place: { threadId: string; userId: string }, between: [number, number]) {
  const [last, seq] = between;
  const events = eventsUpTo(world, place.threadId, seq);
  const from = visibleFrom(world, place, seq);
  const gone = deletedMessages(world, place.threadId);
  return events.find((event) => {
    const { stream_version: version, data } = event;
    if (version <= last || version >= seq) return false;
    if ('message_index' in data && data.message_index < from) return false;
    // Of a message that was deleted meanwhile only the deletion has to be told.
    return event.event_type === 'CHAT_MESSAGE_DELETED' || !gone.has(messageIdOf(event) ?? '');
  });
}

/** Messages of a thread that are deleted by now. */
export function deletedMessages(world: World, threadId: string): ReadonlySet<string> {
  return new Set(
    world
      .of(threadId)
      .flatMap(({ event }) => (event.event_type === 'CHAT_MESSAGE_DELETED' ? [messageIdOf(event)!] : [])),
  );
}

/** Index of the first message that this user sees, after the thread's events up to `seq`. */
export function visibleFrom(
  world: World,
  { threadId, userId }: { threadId: string; userId: string },
  seq: number,
): number {
  const own = foldRows(eventsUpTo(world, threadId, seq)).participants.find((row) => row.user_id === userId);
  return own?.visible_from_index ?? 1;
}

function eventsUpTo(world: World, threadId: string, seq: number) {
  return world.of(threadId).flatMap(({ event }) => (event.stream_version <= seq ? [event] : []));
}

export function show(thread: KnownThread | null): string {
  if (!thread) return 'nothing';
  const messages = [...thread.messages].map(([id, { marks, ...rest }]) => [id, { ...rest, marks: [...marks].sort() }]);
  return JSON.stringify({ ...thread, members: [...thread.members].sort(), messages: messages.sort() });
}

/** Equal but for the seq, and for messages of which it makes no difference whether they are there. */
export function same(one: KnownThread, other: KnownThread, aside: ReadonlySet<string> = new Set()): boolean {
  const compared = (thread: KnownThread) =>
    show({ ...thread, seq: 0, messages: new Map([...thread.messages].filter(([id]) => !aside.has(id))) });
  return compared(one) === compared(other);
}
