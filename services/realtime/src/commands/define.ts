import type { CommandRouter } from '@threadlog/commands';
import type { ClientEventAnswers, ClientEventName, ParsedClientPayload } from '@threadlog/events';
import type { RealtimeLimits } from '../limits';
import type { Connection } from '../rooms/connection';
import type { Rooms } from '../rooms/rooms';
import type { Joins } from '../sync/join';
import type { LatestPage } from '../sync/latestPage';
import type { Refresh } from '../sync/refresh';
import type { Typing } from '../signals/typing';
import type { LookUps } from './lookUps';
import type { SocketRuns } from './runs';

/** What commands of all sockets share. */
export interface CommandDeps {
  router: CommandRouter;
  rooms: Rooms;
  joins: Joins;
  lookUps: LookUps;
  latestPage: LatestPage;
  refresh: Refresh;
  typing: Pick<Typing, 'say' | 'says'>;
  /** Milliseconds a command may take. */
  timeoutMs: number;
  limits: Pick<RealtimeLimits, 'threadsPerConnection'>;
}

export interface CommandContext {
  connection: Connection;
  /** Resolves when the socket's memberships are known. */
  started: Promise<void>;
  correlationId: string;
  /** What an agent streams over this socket. */
  runs: SocketRuns;
  /** Of what the command is a part, where that is traced. */
  traceparent?: string | undefined;
  /** Counts a sign of typing, for the user; false when there were too many. */
  takeTyping(): boolean;
}

/** One client event: the payload is parsed; the answer goes to the ack; a refusal is thrown as a problem. */
export type SocketCommand<E extends ClientEventName> = (
  payload: ParsedClientPayload<E>,
  context: CommandContext,
  deps: CommandDeps,
) => Promise<ClientEventAnswers[E]>;
