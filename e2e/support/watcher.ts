import type { ClientToServerEvents, MessageResource, ServerToClientEvents } from '@threadlog/events';
import { eventually } from '@threadlog/testing';
import { io, type Socket } from 'socket.io-client';
import type { Client } from './people';

/** A socket client that knows of a thread only what it was told, over any number of connections. */
export interface Watcher {
  /** Messages by index, as they came. */
  messages(threadId: string): MessageResource[];
  /** Frames that came twice or out of order. */
  faults: string[];
  lastSeq(threadId: string): number;
  resyncs(): number;
  close(): void;
}

interface Seen {
  lastSeq: number;
  messages: Map<number, MessageResource>;
}

/** Connects, and after every lost connection says up to which seq it knows each thread. */
export function watch(url: string, client: Client, threadIds: readonly string[]): Watcher {
  const seen = new Map<string, Seen>(threadIds.map((id) => [id, { lastSeq: 0, messages: new Map() }]));
  const faults: string[] = [];
  let resyncs = 0;
  const resume = (): Record<string, number> => Object.fromEntries([...seen].map(([id, { lastSeq }]) => [id, lastSeq]));
  const socket: Socket<ServerToClientEvents, ClientToServerEvents> = io(url, {
    transports: ['websocket'],
    reconnectionDelay: 50,
    reconnectionDelayMax: 200,
    auth: (give) => give({ token: client.token, resume: resume() }),
  });
  let closed = false;
  socket.on('connect_error', () => {
    // A refusal by the server is not retried by the client itself.
    if (!socket.active) setTimeout(() => !closed && socket.connect(), 100);
  });

  const advance = (threadId: string, seq: number): boolean => {
    const thread = seen.get(threadId);
    if (!thread) return false;
    if (seq <= thread.lastSeq) faults.push(`${threadId}: seq ${seq} after ${thread.lastSeq}`);
    thread.lastSeq = Math.max(thread.lastSeq, seq);
    return true;
  };
  socket.on('message:new', (message) => {
    if (advance(message.threadId, message.seq)) seen.get(message.threadId)!.messages.set(message.messageIndex, message);
  });
  socket.on('resync', ({ conversationId, seq }) => {
    resyncs += 1;
    refetch(client, conversationId, seen.get(conversationId)!, seq ?? 0).catch((error: unknown) =>
      faults.push(`${conversationId}: not read again after resync: ${String(error)}`),
    );
  });
  return {
    messages: (threadId) => [...seen.get(threadId)!.messages].sort(([a], [b]) => a - b).map(([, message]) => message),
    faults,
    lastSeq: (threadId) => seen.get(threadId)!.lastSeq,
    resyncs: () => resyncs,
    close: () => {
      closed = true;
      socket.disconnect();
    },
  };
}

/** What a client does that is told `resync`: read the thread again, as often as it takes where a store is away. */
async function refetch(client: Client, threadId: string, thread: Seen, seq: number): Promise<void> {
  const all = await eventually(() => readAll(client, threadId), { timeoutMs: 120_000, intervalMs: 200 });
  for (const message of all) thread.messages.set(message.messageIndex, message);
  thread.lastSeq = Math.max(thread.lastSeq, seq);
}

/** All messages of a thread, oldest first, page by page; with tombstones or without. */
export async function readAll(client: Client, threadId: string, includeDeleted = false): Promise<MessageResource[]> {
  type Page = { messages: MessageResource[]; hasMore: boolean; nextCursor: string | null };
  const all: MessageResource[] = [];
  for (let after: string | null = null; ;) {
    const cursor: string = after === null ? '' : `&after=${encodeURIComponent(after)}`;
    const path = `/api/v1/threads/${threadId}/messages?order=asc&limit=200&includeDeleted=${includeDeleted}${cursor}`;
    const { body, status } = await client.call<Page>('GET', path);
    if (status !== 200) throw new Error(`page: ${status} ${JSON.stringify(body)}`);
    all.push(...body.messages);
    if (!body.hasMore) return all;
    after = body.nextCursor;
  }
}
