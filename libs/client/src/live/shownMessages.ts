import type { ChatError } from '../errors.ts';
import type { Message, Thread } from '../generated/wire.ts';
import type { NewMessage } from '../resources/messages.ts';
import type { Messages } from './messages.ts';
import type { Outgoing } from './outgoingQueue.ts';

/** A message as a user interface shows it: one in the thread, or one on its way there. */
export interface ShownMessage extends Message {
  /** Stays the same while a message goes from being sent to having its place: for lists of a user interface. */
  key: string;
  /** `sent`: it is in the thread. */
  state: 'sent' | 'sending' | 'failed';
  /** Names it to `retry` and `discard`; null for what is in the thread. */
  localId: string | null;
  error: ChatError | null;
}

export interface Shown {
  messages: Messages;
  outgoing: readonly Outgoing[];
  threadId: string;
  conversationId: string;
  me: string | null;
  thread: Thread | null;
}

/** Shows messages; what did not change is the same object, and so is the list where nothing did. */
export function createShown(): (shown: Shown) => readonly ShownMessage[] {
  const sent = new WeakMap<Message, ShownMessage>();
  const waiting = new WeakMap<Outgoing, ShownMessage>();
  let last: Pick<Shown, 'messages' | 'outgoing'> | null = null;
  let list: readonly ShownMessage[] = [];
  return (shown) => {
    if (last?.messages === shown.messages && last.outgoing === shown.outgoing) return list;
    last = shown;
    const inThread = shown.messages.map((message) => kept(sent, message, () => placed(message)));
    const newest = shown.messages.at(-1)?.messageIndex ?? 0;
    const onTheWay = shown.outgoing.map((entry, at) =>
      kept(waiting, entry, () => local(entry, shown, newest + at + 1)),
    );
    list = [...inThread, ...onTheWay];
    return list;
  };
}

function kept<From extends object>(
  cache: WeakMap<From, ShownMessage>,
  from: From,
  make: () => ShownMessage,
): ShownMessage {
  const known = cache.get(from) ?? make();
  cache.set(from, known);
  return known;
}

const placed = (message: Message): ShownMessage => ({
  ...message,
  ...{ key: message.clientMessageId ?? message.id, state: 'sent', localId: null, error: null },
});

const BLANK = {
  ...{ seq: 0, messageType: 'text', content: '', attachments: [], metadata: null, replyTo: null, mentions: [] },
  ...{ senderType: 'user', reactions: [], edited: false, edit: 0, pinned: false, deletedAt: null },
} satisfies Partial<Message>;

function local(
  { localId, input, state, error, createdAt }: Outgoing,
  shown: Shown,
  messageIndex: number,
): ShownMessage {
  const { threadId, conversationId, me, thread } = shown;
  const profile = thread?.participants.find(({ userId }) => userId === me);
  const given = Object.entries(input).filter(([, value]) => value !== undefined);
  return {
    ...BLANK,
    ...(Object.fromEntries(given) as NewMessage),
    ...{ id: `local:${localId}`, key: localId, localId, clientMessageId: localId, state, error },
    ...{ threadId, conversationId, messageIndex, senderId: me ?? '', createdAt, updatedAt: createdAt },
    sender: { displayName: profile?.displayName ?? null, avatarUrl: profile?.avatarUrl ?? null },
  } as ShownMessage;
}
