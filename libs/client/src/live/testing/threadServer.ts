import { NetworkError } from '../../errors.ts';
import type { Message, Thread } from '../../generated/wire.ts';
import type { ThreadChanges } from '../../resources/threads.ts';
import type { Frame } from '../frames.ts';
import type { SyncApi } from '../syncRun.ts';

/** How the next resume goes. */
export type Resume = 'raw' | 'folded' | 'resync' | 'resync-unknown' | 'lost' | 'refused';

const THREAD = 't1';
const PLACE = { conversationId: THREAD, threadId: THREAD };
const MOST_CHANGES = 12;

const blank = (messageIndex: number, seq: number, senderId: string): Message => ({
  ...{ ...PLACE, id: `m${messageIndex}`, seq, messageIndex, senderId, senderType: 'user' },
  ...{ sender: { displayName: null, avatarUrl: null }, messageType: 'text', content: `text ${messageIndex}` },
  ...{
    attachments: [],
    metadata: null,
    replyTo: null,
    mentions: [],
    reactions: [],
    edited: false,
    edit: 0,
    pinned: false,
  },
  ...{ createdAt: '', updatedAt: '', deletedAt: null, clientMessageId: null },
});

const about = ({ id, messageIndex, seq }: Message) => ({ ...PLACE, messageId: id, messageIndex, seq });

interface Server {
  /** The frame of each event, and the whole message behind it; the event's seq is its place plus one. */
  log: { frame: Frame; message: Message }[];
  /** How far the read model is. */
  readModel: number;
  deliver: ((frame: Frame) => void) | null;
  resume: Resume;
  latencyMs: number;
}

const travel = ({ latencyMs }: Server) => new Promise<void>((resolve) => setTimeout(resolve, latencyMs));

function stateAt({ log }: Server, seq: number): Message[] {
  const messages = new Map<number, Message>();
  for (const { message } of log.slice(0, seq)) messages.set(message.messageIndex, message);
  return [...messages.values()].sort((one, other) => one.messageIndex - other.messageIndex);
}

const historyAt = (server: Server, seq: number) => stateAt(server, seq).filter(({ deletedAt }) => deletedAt === null);

function append(server: Server, message: Message, frame: (message: Message) => Frame): void {
  const whole = { ...message, seq: server.log.length + 1 };
  const entry = { message: whole, frame: frame(whole) };
  server.log.push(entry);
  server.deliver?.(entry.frame);
}

/** What people do. */
function deedsOf(server: Server) {
  const pick = (at: number) => {
    const messages = historyAt(server, server.log.length);
    return messages.length === 0 ? null : messages[at % messages.length]!;
  };
  return {
    post(senderId: string) {
      const index = Math.max(0, ...server.log.map(({ message }) => message.messageIndex)) + 1;
      append(server, blank(index, 0, senderId), (payload) => ({ name: 'message:new', payload }));
    },
    edit(at: number) {
      const message = pick(at);
      if (!message) return;
      const edit = message.edit + 1;
      const change = { content: `edit ${edit} of ${message.messageIndex}`, edit };
      const frame = (whole: Message): Frame => ({ name: 'message:updated', payload: { ...about(whole), ...change } });
      append(server, { ...message, ...change, edited: true }, frame);
    },
    delete(at: number) {
      const message = pick(at);
      if (!message) return;
      const gone = { ...message, content: null, reactions: [], deletedAt: 'then' };
      append(server, gone, (whole) => ({ name: 'message:deleted', payload: { ...about(whole), deletedAt: 'then' } }));
    },
    pin(at: number) {
      const message = pick(at);
      const name = message?.pinned ? 'message:unpinned' : 'message:pinned';
      if (message)
        append(server, { ...message, pinned: !message.pinned }, (whole) => ({ name, payload: about(whole) }));
    },
    react(at: number, userId: string, emoji: string) {
      const message = pick(at);
      if (!message) return;
      const { reactions, added } = toggled(message, userId, emoji);
      const name = added ? 'reaction:added' : 'reaction:removed';
      append(server, { ...message, reactions }, (whole) => ({ name, payload: { ...about(whole), emoji, userId } }));
    },
  };
}

function toggled({ reactions }: Message, userId: string, emoji: string) {
  const held = reactions.find((reaction) => reaction.emoji === emoji);
  const had = held?.userIds.includes(userId) === true;
  const userIds = had ? held.userIds.filter((id) => id !== userId) : [...(held?.userIds ?? []), userId];
  const reaction = { emoji, count: userIds.length, userIds, mine: false };
  const next = held ? reactions.map((one) => (one === held ? reaction : one)) : [...reactions, reaction];
  return { reactions: next.filter(({ count }) => count > 0), added: !had };
}

/** What came after a seq: event by event, or each message once in its last state. */
function missed(server: Server, how: Resume, since: number): Frame[] {
  if (how === 'raw') return server.log.slice(since).map(({ frame }) => frame);
  const changed = stateAt(server, server.log.length).filter(({ seq }) => seq > since);
  return changed.sort((one, other) => one.seq - other.seq).map((message) => folded(message));
}

const folded = (message: Message): Frame =>
  message.deletedAt === null
    ? { name: 'message:updated', payload: { ...about(message), message } }
    : { name: 'message:deleted', payload: { ...about(message), deletedAt: message.deletedAt } };

function apiOf(server: Server): SyncApi {
  return {
    async thread() {
      await travel(server);
      const lastMessage = historyAt(server, server.readModel).at(-1) ?? null;
      const thread = { id: THREAD, seq: server.readModel, participants: [], participantCount: 30, lastMessage };
      return { ...thread, unreadCount: 0 } as unknown as Thread;
    },
    async newest() {
      await travel(server);
      const items = historyAt(server, server.readModel).toReversed();
      return { items, hasMore: false, nextCursor: null, prevCursor: null };
    },
    async changes(since): Promise<ThreadChanges> {
      await travel(server);
      const { readModel: seq } = server;
      const messages = stateAt(server, seq).filter((message) => message.seq > since);
      const resync = since > seq || messages.length > MOST_CHANGES;
      messages.sort((one, other) => one.seq - other.seq);
      return { seq, messages: resync ? [] : messages, receipts: [], resync };
    },
    async join(since) {
      await travel(server);
      const { resume: how, deliver, log } = server;
      if (how === 'refused') throw new NetworkError('timeout', 'refused', { retryable: true });
      if (!deliver || how === 'lost') return;
      if (how.startsWith('resync')) {
        return deliver({ name: 'resync', payload: { ...PLACE, seq: how === 'resync' ? log.length : null } });
      }
      for (const frame of missed(server, how, since)) deliver(frame);
      deliver({ name: 'resumed', payload: { ...PLACE, seq: log.length } });
    },
  };
}

/** A thread on a server whose read model is behind its log, and a socket that can be lost. Its fold is of whole states. */
export function createThreadServer() {
  const server: Server = { log: [], readModel: 0, deliver: null, resume: 'raw', latencyMs: 0 };
  return {
    api: apiOf(server),
    ...deedsOf(server),
    /** The read model comes nearer to the log. */
    fold: (events: number) => void (server.readModel = Math.min(server.log.length, server.readModel + events)),
    /** An event that went out already goes out again, as one that came late. */
    repeat(at: number) {
      if (server.log.length > 0) server.deliver?.(server.log[at % server.log.length]!.frame);
    },
    /** How long requests are on their way; frames come at once. */
    slow: (ms: number) => void (server.latencyMs = ms),
    resumeBy: (how: Resume) => void (server.resume = how),
    connect: (to: (frame: Frame) => void) => void (server.deliver = to),
    disconnect: () => void (server.deliver = null),
    connected: () => server.deliver !== null,
    history: () => historyAt(server, server.log.length),
    length: () => server.log.length,
  };
}
