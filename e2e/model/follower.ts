import type {
  ClientToServerEvents,
  MessageResource,
  ServerEventName,
  ServerToClientEvents,
  ServerToClientPayloads,
  ThreadResource,
} from '@threadlog/events';
import { eventually } from '@threadlog/testing';
import { io, type Socket } from 'socket.io-client';
import type { Client } from '../support/people';
import { readAll } from '../support/watcher';
import { reactionsOf, seenMessage, type SeenThread } from './state';

interface HeldMessage {
  index: number;
  content: string | null;
  edit: number;
  deleted: boolean;
  pinned: boolean;
  reactions: Map<string, Set<string>>;
  seq: number;
}

interface Held {
  seq: number;
  status: string;
  members: Map<string, string>;
  messages: Map<string, HeldMessage>;
}

/** A socket client that builds its threads from frames, as the protocol's document tells clients to. */
export interface Follower {
  view(threadId: string): SeenThread | null;
  /** Frames that came twice or out of order within a connection. */
  faults: string[];
  /** Whether it has a connection, or is about to have one. */
  connected(): boolean;
  drop(): void;
  /** Connects again where it is not, and says what it knows. */
  resume(): void;
  close(): void;
}

/** The second parameter says how often the thread had been taken away when the frame came. */
type Handlers = {
  [E in ServerEventName]?: (payload: ServerToClientPayloads[E], goneBefore: number) => void | Promise<void>;
};

/**
 * Frames are applied one after the other. A thread that is new, or that the server cannot bring up to date, is fetched by
 * REST; everything else is events alone.
 */
export function follow(url: string, client: Client, name: string): Follower {
  const threads = new Map<string, Held>();
  const faults: string[] = [];
  /** How often each thread was taken away, as far as frames have come; they may not have been applied yet. */
  const gone = new Map<string, number>();
  const goneCount = (threadId: string): number => gone.get(threadId) ?? 0;
  let latest = new Map<string, { seq: number; event: string }>();
  let work: Promise<void> = Promise.resolve();
  let wanted = true;
  const socket: Socket<ServerToClientEvents, ClientToServerEvents> = io(url, {
    transports: ['websocket'],
    reconnection: false,
    autoConnect: false,
    auth: (give) =>
      give({ token: client.token, resume: Object.fromEntries([...threads].map(([id, { seq }]) => [id, seq])) }),
  });
  socket.on('connect', () => void (latest = new Map()));

  /** The thread that a frame is about, where it brings news of it. */
  function advance({ threadId, seq }: { threadId: string; seq: number }): Held | undefined {
    const held = threads.get(threadId);
    if (!held || seq <= held.seq) return undefined;
    held.seq = seq;
    return held;
  }

  const onMessage = <P extends { threadId: string; seq: number; messageId: string }>(
    payload: P,
    change: (message: HeldMessage) => void,
  ): void => {
    const message = advance(payload)?.messages.get(payload.messageId);
    if (!message || payload.seq <= message.seq) return;
    message.seq = payload.seq;
    change(message);
  };

  /** The frame may be ahead of the read side, or say what is no longer true: then another frame says so, too. */
  async function fetchAnew(place: { threadId: string; seq: number }, goneBefore: number): Promise<void> {
    const { threadId } = place;
    threads.delete(threadId);
    await eventually(
      async () => {
        if (goneCount(threadId) !== goneBefore || socket.disconnected) return;
        const held = await fetchThread(client, place).catch(() => null);
        if (!held) throw new Error(`${threadId} is not there with seq ${place.seq}`);
        threads.set(threadId, held);
      },
      { timeoutMs: 20_000, intervalMs: 20 },
    );
  }

  const handlers: Handlers = {
    'conversation:created': ({ threadId, seq }, goneBefore) => fetchAnew({ threadId, seq }, goneBefore),
    resync: ({ threadId, seq }, goneBefore) => fetchAnew({ threadId, seq: seq ?? 0 }, goneBefore),
    'conversation:deleted': ({ threadId }) => void threads.delete(threadId),
    'conversation:updated'(payload) {
      const held = advance(payload);
      if (held && payload.status) held.status = payload.status;
      if (held && payload.participant) held.members.set(payload.participant.userId, payload.participant.role);
    },
    'user:joined': (payload) => void advance(payload)?.members.set(payload.userId, payload.role),
    'user:left': (payload) => void advance(payload)?.members.delete(payload.userId),
    'message:new': (message) => void advance(message)?.messages.set(message.id, heldMessage(message)),
    'message:updated': (payload) =>
      onMessage(payload, (message) => {
        const { content, edit } = payload;
        Object.assign(message, payload.message ? heldMessage(payload.message) : { content, edit });
      }),
    'message:pinned': (payload) => onMessage(payload, (message) => void (message.pinned = true)),
    'message:unpinned': (payload) => onMessage(payload, (message) => void (message.pinned = false)),
    // A resume may tell of a message by its deletion alone.
    'message:deleted'(payload) {
      const held = advance(payload);
      if (held) held.messages.set(payload.messageId, tombstone(payload, held.messages.get(payload.messageId)));
    },
    'reaction:added': (payload) =>
      onMessage(payload, ({ reactions }) => {
        reactions.set(payload.emoji, (reactions.get(payload.emoji) ?? new Set()).add(payload.userId));
      }),
    'reaction:removed': (payload) =>
      onMessage(payload, ({ reactions }) => void reactions.get(payload.emoji)?.delete(payload.userId)),
  };
  /** One event may be told by frames of several names: who leaves is also told that the thread is gone. */
  function checkOrder(event: string, { threadId, seq }: { threadId: string; seq: number | null }): void {
    if (seq === null || event === 'resync' || event === 'conversation:created') return;
    const before = latest.get(threadId) ?? { seq: 0, event: '' };
    if (seq < before.seq || (seq === before.seq && event === before.event)) {
      faults.push(`${name}: ${event} of ${threadId} has seq ${seq} after ${before.event} ${before.seq}`);
    }
    latest.set(threadId, { seq: Math.max(before.seq, seq), event });
  }

  for (const [event, handle] of Object.entries(handlers)) {
    socket.on(event as ServerEventName, (payload: unknown) => {
      const place = payload as { threadId: string; seq: number | null };
      checkOrder(event, place);
      const goneBefore = goneCount(place.threadId);
      if (event === 'conversation:deleted') gone.set(place.threadId, goneBefore + 1);
      work = work
        .then(() => handle(payload as never, goneBefore))
        .catch((error: unknown) => void faults.push(`${name}: ${String(error)}`));
    });
  }
  socket.on('connect_error', ({ message }) => void faults.push(`${name}: refused, ${message}`));
  socket.connect();
  return {
    view: (threadId) => viewOf(threads.get(threadId)),
    faults,
    connected: () => wanted,
    drop() {
      wanted = false;
      socket.disconnect();
    },
    // What was sent before the line broke has been applied by then: a client knows what it has seen.
    resume() {
      wanted = true;
      work = work.then(() => void (wanted && !socket.active && socket.connect()));
    },
    close: () => void socket.disconnect(),
  };
}

/** Reads a thread; null where it is not there, or not yet as new as it must be. */
async function fetchThread(client: Client, { threadId, seq }: { threadId: string; seq: number }): Promise<Held | null> {
  const { status, body } = await client.call<ThreadResource>('GET', `/api/v1/threads/${threadId}`);
  if (status !== 200 || body.seq < seq) return null;
  const messages = new Map((await readAll(client, threadId, true)).map((one) => [one.id, heldMessage(one)]));
  const members = new Map(body.participants.map(({ userId, role }) => [userId, role]));
  return { seq: body.seq, status: body.status, members, messages };
}

function heldMessage(message: MessageResource): HeldMessage {
  const { messageIndex: index, content, edit, pinned, seq, deletedAt } = message;
  const reactions = new Map(message.reactions.map(({ emoji, userIds }) => [emoji, new Set(userIds)]));
  return { index, content, edit, deleted: deletedAt !== null, pinned, reactions, seq };
}

function tombstone(
  { messageIndex: index, seq }: { messageIndex: number; seq: number },
  before?: HeldMessage,
): HeldMessage {
  const unseen = { index, content: null, edit: 0, pinned: false, reactions: new Map() };
  return { ...unseen, ...before, deleted: true, seq };
}

function viewOf(held: Held | undefined): SeenThread | null {
  if (!held) return null;
  const messages = [...held.messages.values()].toSorted((a, b) => a.index - b.index);
  return {
    status: held.status,
    members: [...held.members].map(([id, role]) => `${id} ${role}`).toSorted(),
    messages: messages.map((one) => seenMessage({ ...one, reactions: reactionsOf(one.reactions) })),
  };
}
