import { createPresenceBoard } from '@threadlog/runtime';
import type { EngineDeps } from '../engine';

const never = () => Promise.reject(new Error('nobody sends commands here'));

/** What only commands of clients need, for tests without any. */
export const noCommands: Pick<EngineDeps, 'router' | 'reading' | 'verifier' | 'signals' | 'peersOf'> = {
  router: { execute: never },
  reading: { readTarget: never, unreadAfter: never, threadOfMessage: never },
  verifier: { verify: never },
  signals: { presence: createPresenceBoard(), publish: () => undefined, listen: () => () => undefined },
  peersOf: never,
};
