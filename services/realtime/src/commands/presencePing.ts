import type { SocketCommand } from './define';

/** Only answers: that a socket is there is known from its transport's own heartbeat. */
export const presencePing: SocketCommand<'presence:ping'> = () =>
  Promise.resolve({ serverTime: new Date().toISOString() });
