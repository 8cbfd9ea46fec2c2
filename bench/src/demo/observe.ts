import type { ClientToServerEvents, MessageResource, ServerToClientEvents } from '@threadlog/events';
import { io, type Socket } from 'socket.io-client';
import type { Message } from './verify';

export interface Observer {
  name: string;
  /** What arrived, by thread, in the order in which it did. */
  seen(threadId: string): readonly Message[];
  count(): number;
  /** Frames that came in the wrong order, or were said to be missing. */
  faults(): readonly string[];
  close(): void;
}

export interface ObserverOptions {
  name: string;
  url: string;
  token: string;
}

const CONNECT_TIMEOUT_MS = 10_000;

/**
 * Watches with the ordinary Socket.io client. When the connection is lost the client comes back by itself and names the
 * last seq it has of every thread; what it missed is sent again. Rejects when it is refused or not greeted.
 */
export async function openObserver({ name, url, token }: ObserverOptions): Promise<Observer> {
  const seen = new Map<string, Message[]>();
  const lastSeq = new Map<string, number>();
  const faults: string[] = [];
  const socket: Socket<ServerToClientEvents, ClientToServerEvents> = io(url, {
    transports: ['websocket'],
    forceNew: true,
    reconnectionDelay: 100,
    reconnectionDelayMax: 1_000,
    auth: (answer) => answer({ token, resume: Object.fromEntries(lastSeq) }),
  });
  let count = 0;

  socket.on('conversation:created', ({ threadId, seq }) => void lastSeq.set(threadId, seq));
  socket.on('resync', ({ threadId }) => void faults.push(`${threadId}: told to fetch it again`));
  socket.on('message:new', ({ id, threadId, senderId, content, seq }: MessageResource) => {
    const before = lastSeq.get(threadId) ?? 0;
    if (seq <= before) faults.push(`${threadId}: seq ${seq} came after ${before}`);
    lastSeq.set(threadId, seq);
    const messages = seen.get(threadId) ?? [];
    seen.set(threadId, messages);
    messages.push({ id, senderId, content });
    count += 1;
  });
  await greeting(socket, name);
  return {
    name,
    seen: (threadId) => seen.get(threadId) ?? [],
    count: () => count,
    faults: () => faults,
    close: () => void socket.close(),
  };
}

function greeting(socket: Socket<ServerToClientEvents, ClientToServerEvents>, name: string): Promise<void> {
  return new Promise<void>((resolve, reject) => {
    const fail = (reason: string): void => {
      socket.close();
      reject(new Error(`${name} could not connect: ${reason}`));
    };
    const timer = setTimeout(() => fail('no greeting'), CONNECT_TIMEOUT_MS);
    socket.once('hello', () => {
      clearTimeout(timer);
      resolve();
    });
    // A refusal of the namespace is final; a connection that fails is tried again until the time is over.
    socket.on('connect_error', ({ message }) => {
      if (socket.active) return;
      clearTimeout(timer);
      fail(message);
    });
  });
}
