import type { Outbox } from '../live/outbox.ts';
import { openOutbox } from './open.ts';
import { browser } from './platform.ts';

export type { KeptMessage, OpenOutbox, Outbox, OutboxBinding, OutboxState } from '../live/outbox.ts';

export interface OutboxOptions {
  /** Whose messages it keeps. A token that names another tenant or user sends none of them. */
  tenantId: string;
  userId: string;
  /** Waiting and failed ones of all threads; 500 where nothing is said. */
  maxMessages?: number;
  /** Characters of all of them; a million where nothing is said. */
  maxSize?: number;
}

/**
 * Keeps what waits to be sent in the browser's IndexedDB, so that it survives a reload: for the option `outbox` of
 * `createChatClient`. Without storage it says so in `client.outbox`, and what waits is held in memory as before.
 */
export function createOutbox({ tenantId, userId, maxMessages = 500, maxSize = 1_000_000 }: OutboxOptions): Outbox {
  const bounds = { maxMessages, maxSize };
  return {
    ...{ tenantId, userId },
    open: (binding) => openOutbox({ tenantId, userId, bounds, binding, platform: browser }),
  };
}
