import type { NewMessage } from '../resources/messages.ts';
import type { Store } from './store.ts';

/** A message that waits or failed, as it is kept beyond a page. */
export interface KeptMessage {
  /** Its idempotency key from the first moment on, so that whoever sends it, sends it once. */
  localId: string;
  threadId: string;
  input: NewMessage;
  /** When the key was made, by the clock of this machine. */
  at: number;
  /** Why it is not sent without being asked for. */
  failed: { code: string; message: string; status: number } | null;
}

export interface OutboxState {
  /** `none`: there is no outbox. `idle`: nothing was kept yet. `kept`: what waits survives the page. `memory`: not all of it. */
  status: 'none' | 'idle' | 'kept' | 'memory';
  /** `full`: its own bound; `quota`: the browser's; `unavailable`: no storage; `wrong_user`: the token is another user's. */
  reason: 'full' | 'quota' | 'unavailable' | 'wrong_user' | null;
}

export interface OutboxBinding {
  /** The API that the messages are for. */
  server: string;
  /** Hands over a message that a page which is no more has left. */
  restore(message: KeptMessage): void;
  /** The token that requests would carry now. */
  token(): Promise<string>;
}

/** Where what waits to be sent is kept beyond the page; `@threadlog/client/outbox` has one for browsers. */
export interface Outbox {
  /** Whose messages they are; no other user's client sends them. */
  readonly tenantId: string;
  readonly userId: string;
  /** For one client. Touches nothing yet. */
  open(binding: OutboxBinding): OpenOutbox;
}

/** The outbox as one client of one page has it. */
export interface OpenOutbox extends Store<OutboxState> {
  /** Takes over what was left behind, now and whenever another page ends. */
  adopt(): void;
  /** Keeps a message, or what became of it. @param instead the one whose place it takes. */
  keep(message: KeptMessage, instead?: string): void;
  drop(localId: string): void;
  /**
   * Whether this page is still the one to send it: not sent, discarded or taken over by another. Rejects with a `ChatError`
   * where there is no token, or it is of another user.
   */
  mine(localId: string): Promise<boolean>;
  /** Erases everything of this user. */
  clear(): Promise<void>;
  /** This client ends: others may take over what it kept. What it says later counts for nothing. */
  release(): void;
}
