import { presentPreferences, unseenThread } from '@threadlog/read-models';
import { createPresenceBoard } from '@threadlog/runtime';
import type { EngineDeps } from '../engine';

const nothing = () => undefined;
const never = () => Promise.reject(new Error('nobody sends commands here'));

/** What only commands of clients need, for tests without any. */
export const noCommands: Pick<
  EngineDeps,
  | 'router'
  | 'rateLimits'
  | 'lookUps'
  | 'agentStreams'
  | 'verifier'
  | 'signals'
  | 'peersOf'
  | 'threadsOf'
  | 'viewerStateOf'
  | 'observer'
> = {
  router: { execute: never },
  rateLimits: { consume: () => Promise.resolve(undefined) },
  lookUps: { threadOf: never, readTarget: never, sees: never, stopRun: never, asked: never, unreadAfter: never },
  agentStreams: { take: never },
  verifier: { verify: never },
  signals: { presence: createPresenceBoard(), publish: () => undefined, listen: () => () => undefined },
  observer: { delivered: nothing, resynced: nothing, slow: nothing, unshown: nothing, draftTold: nothing },
  peersOf: never,
  threadsOf: never,
  viewerStateOf: (tenantId, userId, { threadId }) =>
    Promise.resolve({
      unreadCount: 0,
      hiddenDeleted: 0,
      preferences: presentPreferences(unseenThread(tenantId, userId, threadId)),
    }),
};
