import type { Actor } from '@threadlog/auth';
import type { Delivery, Frame } from '../frames';
import type { Seen } from './seen';

/** What rooms need of a socket; the Socket.io one has it, streams and tests have their own. */
export interface Wire {
  readonly id: string;
  /** Volatile frames are dropped where the socket cannot take them at once. */
  emit(frame: Frame, options?: { volatile: boolean }): void;
  join(room: string): void;
  leave(room: string): void;
  /** Bytes handed to the socket and not yet to the operating system. */
  buffered(): number;
  /** Closes the engine's connection, so that the client comes back by itself; `discard` drops what it has not read. */
  close(options?: { discard: boolean }): void;
}

/**
 * One connected socket. `starting` until its memberships are known: until then membership events pass it by, because
 * the start applies them from the ring. After `closed` nothing is sent to it any more.
 */
export interface Connection {
  readonly wire: Wire;
  actor: Actor;
  /** What it is counted under when a token it gives is not valid. */
  readonly address: string;
  state: 'starting' | 'ready' | 'closed';
  /** By root thread id. */
  readonly subscriptions: Map<string, Subscription>;
  /** Root threads the client left: events do not bring it back, only joining does, and being taken into the thread. */
  readonly left: Set<string>;
  /** Root threads that alone it follows; null for all of its user's. */
  readonly only: ReadonlySet<string> | null;
  /**
   * Resumes of threads that the user did not take part in at the start, by root, until it is known whether it may see them.
   * An event that brings a thread in or takes it away ends its resume: what the client had is no base any more.
   */
  readonly resuming: Map<string, ReadonlyMap<string, number>>;
  /** Frames it may still be sent to catch up. */
  replayBudget: number;
  /** Closes the connection when its actor's token ends; to be called again for a newer one. */
  watchExpiry(): void;
}

/** Whether a thread of its user's is among those that it is told of. */
export function follows({ only }: Connection, threadId: string): boolean {
  return only === null || only.has(threadId);
}

/**
 * A socket's place in a thread. `syncing`: what is delivered is held back, while something older is on its way to the
 * socket. `live`: it is in the room. `suspended`: it reads too slowly, nothing is kept for it. `ended`: for good.
 */
export interface Subscription extends Seen {
  readonly connection: Connection;
  /** Root thread id. */
  readonly threadId: string;
  readonly room: string;
  state: 'syncing' | 'live' | 'suspended' | 'ended';
  /** Deliveries since it began to sync, in order; null when there were too many. */
  held: Delivery[] | null;
}
