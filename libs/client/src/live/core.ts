import type { Connection } from './connection.ts';
import type { OpenOutbox } from './outbox.ts';
import type { Rooms } from './rooms.ts';
import type { messagesOf } from '../resources/messages.ts';
import type { presenceOf, reactionsOf } from '../resources/people.ts';
import type { readingOf } from '../resources/reading.ts';
import type { threadsOf } from '../resources/threads.ts';

/** The routes that live views ask. */
export interface LiveRoutes {
  threads: ReturnType<typeof threadsOf>;
  messages: ReturnType<typeof messagesOf>;
  reactions: ReturnType<typeof reactionsOf>;
  reading: ReturnType<typeof readingOf>;
  presence: ReturnType<typeof presenceOf>;
}

/** What live views are made of. */
export interface Core extends LiveRoutes {
  connection: Connection;
  /** Where what waits is kept beyond the page. */
  outbox?: OpenOutbox;
  rooms: Rooms;
  report(error: unknown): void;
  /** Whether sending is held back: the client was paused or closed. */
  sendingHeld(): boolean;
}
