import { NetworkError } from '../../errors.ts';
import type { Message, Thread } from '../../generated/wire.ts';
import type { ThreadChanges } from '../../resources/threads.ts';
import type { Frame } from '../frames.ts';
import type { SyncApi } from '../sync.ts';

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

/** A thread on a server whose read model is behind its log, and a socket that can be lost. Its own fold, by whole states. */
export function createThreadServer() {
  /** The frame of each event, and the whole message behind it; the event's seq is its place plus one. */
  const log: { frame: Frame; message: Message }[] = [];
  let readModel = 0;
  let deliver: ((frame: Frame) => void) | null = null;
  let resume: Resume = 'raw';
  let latencyMs = 0;
  const travel = () => new Promise<void>((resolve) => setTimeout(resolve, latencyMs));

  const stateAt = (seq: number) => {
    const messages = new Map<number, Message>();
    for (const { message } of log.slice(0, seq)) messages.set(message.messageIndex, message);
    return [...messages.values()].sort((one, other) => one.messageIndex - other.messageIndex);
  };
  const historyAt = (seq: number) => stateAt(seq).filter(({ deletedAt }) => deletedAt === null);
  const append = (message: Message, frame: (message: Message) => Frame) => {
    const whole = { ...message, seq: log.length + 1 };
    const entry = { message: whole, frame: frame(whole) };
    log.push(entry);
    deliver?.(entry.frame);
  };
  const about = ({ id, messageIndex, seq }: Message) => ({ ...PLACE, messageId: id, messageIndex, seq });
  const pick = (at: number) => {
    const messages = historyAt(log.length);
    return messages.length === 0 ? null : messages[at % messages.length]!;
  };

  function react(at: number, userId: string, emoji: string): void {
    const message = pick(at);
    if (!message) return;
    const held = message.reactions.find((reaction) => reaction.emoji === emoji);
    const has = held?.userIds.includes(userId) === true;
    const userIds = has ? held.userIds.filter((id) => id !== userId) : [...(held?.userIds ?? []), userId];
    const reaction = { emoji, count: userIds.length, userIds, mine: false };
    const reactions = held
      ? message.reactions.map((one) => (one === held ? reaction : one)).filter(({ count }) => count > 0)
      : [...message.reactions, reaction];
    const name = has ? 'reaction:removed' : 'reaction:added';
    append({ ...message, reactions }, (whole) => ({ name, payload: { ...about(whole), emoji, userId } }));
  }

  /** What came after a seq: event by event, or each message once in its last state. */
  function missed(since: number): Frame[] {
    if (resume === 'raw') return log.slice(since).map(({ frame }) => frame);
    const changed = stateAt(log.length).filter(({ seq }) => seq > since);
    return changed.sort((one, other) => one.seq - other.seq).map((message) => folded(message));
  }
  const folded = (message: Message): Frame =>
    message.deletedAt === null
      ? { name: 'message:updated', payload: { ...about(message), message } }
      : { name: 'message:deleted', payload: { ...about(message), deletedAt: message.deletedAt } };

  const api: SyncApi = {
    async thread() {
      await travel();
      const messages = historyAt(readModel);
      const thread = {
        id: THREAD,
        seq: readModel,
        participants: [],
        participantCount: 30,
        lastMessage: messages.at(-1) ?? null,
      };
      return { ...thread, unreadCount: 0 } as unknown as Thread;
    },
    async newest() {
      await travel();
      const items = historyAt(readModel).toReversed();
      return { items, hasMore: false, nextCursor: null, prevCursor: null };
    },
    async changes(since): Promise<ThreadChanges> {
      await travel();
      const messages = stateAt(readModel).filter(({ seq }) => seq > since);
      const resync = since > readModel || messages.length > MOST_CHANGES;
      messages.sort((one, other) => one.seq - other.seq);
      return { seq: readModel, messages: resync ? [] : messages, receipts: [], resync };
    },
    async join(since) {
      await travel();
      const [how, own] = [resume, deliver];
      if (how === 'refused') throw new NetworkError('timeout', 'refused', { retryable: true });
      await Promise.resolve();
      if (!own || how === 'lost' || own !== deliver) return;
      if (how.startsWith('resync')) {
        own({ name: 'resync', payload: { ...PLACE, seq: how === 'resync' ? log.length : null } });
      } else {
        for (const frame of missed(since)) own(frame);
        own({ name: 'resumed', payload: { ...PLACE, seq: log.length } });
      }
    },
  };

  return {
    api,
    post: (senderId: string) => {
      const index = Math.max(0, ...stateAt(log.length).map(({ messageIndex }) => messageIndex)) + 1;
      append(blank(index, 0, senderId), (payload) => ({ name: 'message:new', payload }));
    },
    edit(at: number) {
      const message = pick(at);
      if (!message) return;
      const edit = message.edit + 1;
      const change = { content: `edit ${edit} of ${message.messageIndex}`, edit };
      append({ ...message, ...change, edited: true }, (whole) => ({
        name: 'message:updated',
        payload: { ...about(whole), ...change },
      }));
    },
    delete(at: number) {
      const message = pick(at);
      if (!message) return;
      const gone = { ...message, content: null, reactions: [], deletedAt: 'then' };
      append(gone, (whole) => ({ name: 'message:deleted', payload: { ...about(whole), deletedAt: 'then' } }));
    },
    pin(at: number) {
      const message = pick(at);
      const name = message?.pinned ? 'message:unpinned' : 'message:pinned';
      if (message) append({ ...message, pinned: !message.pinned }, (whole) => ({ name, payload: about(whole) }));
    },
    react,
    /** The read model comes nearer to the log. */
    fold: (events: number) => void (readModel = Math.min(log.length, readModel + events)),
    /** An event that went out already goes out again, as one that came late. */
    repeat(at: number) {
      if (log.length > 0) deliver?.(log[at % log.length]!.frame);
    },
    /** How long requests are on their way; frames come at once. */
    slow: (ms: number) => void (latencyMs = ms),
    resumeBy: (how: Resume) => void (resume = how),
    connect: (to: (frame: Frame) => void) => void (deliver = to),
    disconnect: () => void (deliver = null),
    connected: () => deliver !== null,
    history: () => historyAt(log.length),
    length: () => log.length,
  };
}
