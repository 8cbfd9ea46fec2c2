import type { MessageResource, ThreadResource } from '@threadlog/events';
import type { Client } from '../support/people';
import { readAll } from '../support/watcher';
import {
  expectedView,
  seenBy,
  seenMessage,
  unreadOf,
  visibleTo,
  type Model,
  type ModelThread,
  type SeenThread,
  type Who,
} from './state';

/** What else the read side says of a thread, in the words of the model. */
export interface Figures {
  seq: number;
  messageCount: number;
  unreadCount: number;
  /** Index of the last message that is not deleted; 0 without any. */
  lastIndex: number;
  readIndexes: string[];
  pins: number[];
  receipts: string[];
}

export interface Told {
  view: SeenThread;
  figures: Figures;
}

/** A thread as somebody reads it over HTTP; null where it is not there. */
export async function readThread(client: Client, threadId: string): Promise<Told | null> {
  const path = `/api/v1/threads/${threadId}`;
  const thread = await client.call<ThreadResource>('GET', path);
  if (thread.status === 404) return null;
  if (thread.status !== 200) throw new Error(`${path}: ${thread.status} ${JSON.stringify(thread.body)}`);
  const { status, participants, seq, messageCount, unreadCount, lastMessage } = thread.body;
  const [messages, pins, receipts] = [
    await readAll(client, threadId, true),
    await client.call<{ messages: MessageResource[] }>('GET', `${path}/pins?limit=200`),
    await client.call<{ items: { userId: string; messageIndex: number }[] }>('GET', `${path}/receipts`),
  ];
  return {
    view: {
      status,
      members: participants.map(({ userId, role }) => `${userId} ${role}`).toSorted(),
      messages: messages.map(seenResource),
    },
    figures: {
      ...{ seq, messageCount, unreadCount, lastIndex: lastMessage?.messageIndex ?? 0 },
      readIndexes: participants.map(({ userId, readIndex }) => `${userId} ${readIndex}`).toSorted(),
      pins: pins.body.messages.map(({ messageIndex }) => messageIndex),
      receipts: receipts.body.items.map(({ userId, messageIndex }) => `${userId} ${messageIndex}`).toSorted(),
    },
  };
}

/** What a message resource shows, as the model describes it. */
export function seenResource(message: MessageResource) {
  const { messageIndex: index, content, edit, pinned, deletedAt, reactions } = message;
  const people = reactions.flatMap(({ emoji, userIds }) => userIds.map((who) => `${emoji} ${who}`));
  return seenMessage({ index, content, edit, pinned, reactions: people, deleted: deletedAt !== null });
}

/** The same, as the model says that it must be. */
export function expectedTold(thread: ModelThread, who: Who): Told | null {
  const [member, view] = [seenBy(thread, who), expectedView(thread, who)];
  if (!member || !view) return null;
  const visible = visibleTo(thread, member);
  const alive = visible.filter(({ deleted }) => !deleted);
  // A position from before the viewer's history names a message that is not there for it.
  const readTo = (id: Who): number => ((thread.reads.get(id) ?? 0) < member.from ? 0 : thread.reads.get(id)!);
  const readers = [...thread.members.keys()].map((id): [Who, number] => [id, readTo(id)]);
  const line = ([id, index]: [Who, number]): string => `${id} ${index}`;
  return {
    view,
    figures: {
      ...{ seq: thread.seq, messageCount: alive.length, unreadCount: unreadOf(thread, who) },
      lastIndex: alive.at(-1)?.index ?? 0,
      readIndexes: readers.map(line).toSorted(),
      pins: visible
        .filter(({ pinned }) => pinned)
        .map(({ index }) => index)
        .toReversed(),
      receipts: readers
        .filter(([, index]) => index > 0)
        .map(line)
        .toSorted(),
    },
  };
}

export function expectedUnread({ threads }: Model, who: Who): { total: number; threads: string[] } {
  const counts = threads
    .map((thread) => ({ id: thread.id, count: unreadOf(thread, who) }))
    .filter(({ count }) => count > 0);
  return {
    total: counts.reduce((sum, { count }) => sum + count, 0),
    threads: counts.map(({ id, count }) => `${id} ${count}`).toSorted(),
  };
}

export async function readUnread(client: Client): Promise<{ total: number; threads: string[] }> {
  type Unread = { total: number; threads: { threadId: string; unreadCount: number }[] };
  const { body } = await client.call<Unread>('GET', '/api/v1/unread');
  return { total: body.total, threads: body.threads.map((one) => `${one.threadId} ${one.unreadCount}`).toSorted() };
}

interface Changes {
  seq: number;
  messages: MessageResource[];
  resync: boolean;
}

/** Indexes of the messages that `changes` tells of since a seq; null for "start over". */
export async function readChanges(client: Client, threadId: string, since: number): Promise<number[] | null> {
  const { body, status } = await client.call<Changes>('GET', `/api/v1/threads/${threadId}/changes?since=${since}`);
  if (status !== 200) throw new Error(`changes: ${status}`);
  return body.resync ? null : body.messages.map(({ messageIndex }) => messageIndex).toSorted((a, b) => a - b);
}
