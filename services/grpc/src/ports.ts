import type { Actor } from '@threadlog/auth';
import type { ServerFrame, V1Conversations, V1Message, V1Messages, V1Read } from '@threadlog/events';

/** Who calls, and what its call carries on. */
export interface Caller {
  actor: Actor;
  requestId: string;
  traceparent: string | undefined;
  /** Milliseconds it still waits. */
  timeoutMs: number;
}

/** What a write was answered with. */
export interface Written {
  /** For reads that must show it; none where nothing was written. */
  token: string | undefined;
}

/**
 * The four calls of `/v1`. Requests are checked by the same schemas, under their names in camel case; what is refused is
 * thrown as a problem, or as an error of zod.
 */
export interface ChatCalls {
  /** `duplicate`: it came before under its key, and nothing was done again. */
  sendMessage(caller: Caller, request: object): Promise<Written & { message: V1Message; duplicate: boolean }>;
  markAsRead(caller: Caller, request: object): Promise<Written & { read: V1Read }>;
  /** With a token it waits until the read model shows that write. */
  getMessages(actor: Actor, request: object, token: string | undefined): Promise<V1Messages>;
  getConversations(actor: Actor, request: object, token: string | undefined): Promise<V1Conversations>;
}

/** Frames for one caller who only listens. */
export interface EventStream {
  /** The next frame, when there is one. Rejects with the problem that the stream ended with. */
  next(): Promise<ServerFrame>;
  /** Calls back once when no more frames are to come but those that wait. */
  whenClosed(listener: () => void): void;
  /** Ends it and gives its place back; again changes nothing. */
  leave(): void;
}

/** Where frames come from: the realtime service's rooms, in this process. */
export interface EventStreams {
  /** `resume`: seqs that the caller has, by thread; null for none. `only`: follow these threads alone. Throws problems. */
  open(request: { actor: Actor; address: string; resume: Record<string, number> | null; only: boolean }): EventStream;
  /** Ends all streams within this time. */
  drain(withinMs: number): Promise<void>;
}
