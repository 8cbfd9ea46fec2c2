import type { Frame, Payload } from '../frames';
import type { MessageResource, ServerEventName } from '@threadlog/events';
import { createLedger, type Ledger, type LedgerOptions } from './ledger';
import { deletedMessages, same, show, truth, type KnownMessage, type KnownThread } from './truth';

/** A client written to the protocol's text: it throws at the first frame that breaks it. */
export interface ModelClient {
  readonly userId: string;
  readonly known: ReadonlyMap<string, KnownThread>;
  receive(frame: Frame): void;
  /** A new connection: what it resumes from. */
  begin(): Map<string, number>;
  /** Reads slowly from now on: a resync may come at any time. */
  markSlow(): void;
  /** Resumes that have not ended. */
  waiting(): number;
  /** What does not agree with the world; empty at the end of a good day. */
  differences(): string[];
}

interface Client extends LedgerOptions {
  ledger: Ledger;
  known: Map<string, KnownThread>;
  slow: boolean;
  greeted: boolean;
  /** Messages whose text came in the resume that is under way, with their threads. */
  shown: Set<string>;
}

/** Besides the order it checks, at every frame outside a resume and at every end, that its state is the thread's at that seq. */
export function createModelClient(options: LedgerOptions): ModelClient {
  const { world, userId } = options;
  const client: Client = {
    ...options,
    ledger: createLedger(options),
    known: new Map(),
    slow: false,
    greeted: false,
    shown: new Set(),
  };
  const { known, ledger } = client;
  return {
    userId,
    known,
    receive: (frame) => receive(client, frame),
    begin() {
      client.greeted = false;
      client.shown.clear();
      client.slow = false;
      const since = new Map([...known].map(([threadId, { seq }]) => [threadId, seq]));
      ledger.begin(since);
      return since;
    },
    markSlow: () => void (client.slow = true),
    waiting: () => ledger.pending,
    differences: () =>
      world.threads().flatMap((threadId) => {
        const real = truth(world, threadId, userId);
        const mine = known.get(threadId) ?? null;
        const agrees = real && mine ? same(mine, real) : real === mine;
        return agrees ? [] : [`${userId} in ${threadId}: has ${show(mine)}, and it is ${show(real)}`];
      }),
  };
}

type Handlers = { [E in ServerEventName]?: (client: Client, payload: Payload<E>, frame: Frame) => void };

/** Frames that are about more than one event of a thread. */
const HANDLERS: Handlers = {
  hello: (client) => void (client.greeted = true),
  'message:edited': () => undefined,
  resumed(client, { threadId, seq }, frame) {
    const { ledger, known } = client;
    ledger.told(frame, threadId, seq);
    if (!ledger.ended(threadId)) ledger.fault(frame, 'ended twice');
    const mine = known.get(threadId);
    if (mine) mine.seq = Math.max(mine.seq, seq);
    isTrue(client, threadId, frame);
  },
  resync(client, { threadId, seq }, frame) {
    const { ledger, slow, oneByOne } = client;
    if (!ledger.ended(threadId) && !slow && oneByOne) ledger.fault(frame, 'nobody waits for it');
    ledger.restart(frame, threadId, seq);
    fetch(client, threadId);
  },
  'conversation:created'(client, { threadId, seq }, frame) {
    client.ledger.ended(threadId);
    client.ledger.restart(frame, threadId, seq);
    fetch(client, threadId);
  },
  'conversation:deleted'({ ledger, known }, { threadId }, frame) {
    ledger.ended(threadId);
    ledger.restart(frame, threadId, null);
    known.delete(threadId);
  },
};

type Changes = { [E in ServerEventName]?: (thread: KnownThread, payload: Payload<E>) => void };

/** Frames about one event. */
const CHANGES: Changes = {
  'message:new': ({ messages }, message) => void messages.set(message.id, knownMessage(message)),
  'message:updated'({ messages }, { messageId, content, message }) {
    const known = messages.get(messageId);
    if (!known) return;
    if (message) messages.set(messageId, knownMessage(message));
    // As simple clients do: every one of these has the text.
    else messages.set(messageId, { ...known, text: content! });
  },
  'message:pinned': ({ messages }, { messageId }) => pin(messages, messageId, true),
  'message:unpinned': ({ messages }, { messageId }) => pin(messages, messageId, false),
  'reaction:added': ({ messages }, { messageId, emoji, userId }) =>
    void messages.get(messageId)?.marks.add(`${emoji} ${userId}`),
  'reaction:removed': ({ messages }, { messageId, emoji, userId }) =>
    void messages.get(messageId)?.marks.delete(`${emoji} ${userId}`),
  'message:deleted': ({ messages }, { messageId }) => void messages.delete(messageId),
  'user:joined': ({ members }, { userId }) => void members.add(userId),
  'user:left': ({ members }, { userId }) => void members.delete(userId),
  'conversation:updated'(thread, { title }) {
    if (title !== undefined) thread.title = title;
  },
};

function pin(messages: KnownThread['messages'], messageId: string, pinned: boolean): void {
  const known = messages.get(messageId);
  if (known) messages.set(messageId, { ...known, pinned });
}

function knownMessage({ content, pinned, reactions }: MessageResource): KnownMessage {
  const marks = reactions.flatMap(({ emoji, userIds }) => userIds.map((userId) => `${emoji} ${userId}`));
  return { text: content!, pinned, marks: new Set(marks) };
}

function receive(client: Client, frame: Frame): void {
  const { name, payload } = frame;
  const handler = HANDLERS[name] as ((client: Client, payload: unknown, frame: Frame) => void) | undefined;
  if (name !== 'hello' && !client.greeted) client.ledger.fault(frame, 'before hello');
  if (handler) return handler(client, payload, frame);
  const change = CHANGES[name] as ((thread: KnownThread, payload: unknown) => void) | undefined;
  if (!change) client.ledger.fault(frame, 'unexpected');
  const { threadId, seq } = payload as { threadId: string; seq: number };
  client.ledger.told(frame, threadId, seq);
  noWithdrawnText(client, threadId, frame);
  const thread = client.known.get(threadId);
  if (!thread || seq <= thread.seq) return;
  change!(thread, payload);
  thread.seq = seq;
  if (!client.ledger.isPending(threadId)) isTrue(client, threadId, frame);
}

/** What a client does with a thread that it cannot follow from frames; a fetch may show more than was told. */
function fetch({ world, userId, known }: Client, threadId: string): void {
  const now = truth(world, threadId, userId);
  if (now) known.set(threadId, now);
  else known.delete(threadId);
}

function isTrue({ world, userId, known, ledger }: Client, threadId: string, frame: Frame): void {
  const mine = known.get(threadId);
  const { seq } = frame.payload as { seq: number };
  const real = truth(world, threadId, userId, seq);
  // A message that is deleted by now may be left out from the beginning.
  if (!mine || !real || mine.seq > seq || same(mine, real, deletedMessages(world, threadId))) return;
  ledger.fault(frame, `has ${show(mine)}, and it is ${show(real)}`);
}

/** Nothing of a resume shows the text of a message that the same resume tells the deletion of. */
function noWithdrawnText({ shown, ledger }: Client, threadId: string, frame: Frame): void {
  const { name, payload } = frame;
  if (!ledger.isPending(threadId)) return;
  if (name === 'message:new') shown.add(`${threadId}/${payload.id}`);
  if (name === 'message:updated') shown.add(`${threadId}/${payload.messageId}`);
  if (name === 'message:deleted' && shown.has(`${threadId}/${payload.messageId}`))
    ledger.fault(frame, 'its text was sent just before');
}
