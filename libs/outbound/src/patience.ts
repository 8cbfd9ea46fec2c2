import type { ClientRequest } from 'node:http';
import type { Socket } from 'node:net';
import { OutboundError, type FailureReason } from './failure';

/** How long each part of a request may take, in milliseconds, and how much is read of an answer. */
export interface Patience {
  /** Asking for the name, connecting, TLS. */
  connectMs: number;
  /** From being connected to the head of the answer. */
  firstByteMs: number;
  /** Between two parts of the body. */
  idleMs: number;
  /** Everything, waiting for a free connection included. */
  totalMs: number;
  maxAnswerBytes: number;
}

/** Of receivers that take note of something. */
export const DELIVERY_PATIENCE: Patience = {
  connectMs: 5_000,
  firstByteMs: 10_000,
  idleMs: 10_000,
  totalMs: 15_000,
  maxAnswerBytes: 64 * 1024,
};

/** Of agents, which think before they answer and answer bit by bit. */
export const CONVERSATION_PATIENCE: Patience = {
  connectMs: 5_000,
  firstByteMs: 60_000,
  idleMs: 60_000,
  totalMs: 600_000,
  maxAnswerBytes: 1024 * 1024,
};

export interface Timers {
  /** Begins with the connection of a request. */
  watchConnection(call: ClientRequest): void;
  /** The head of the answer is there. */
  watchBody(): void;
  /** A part of the body is there. */
  progressed(): void;
  /** Ends the request for another reason; the first one counts. */
  end(error: OutboundError): void;
  /** What the request was ended with. */
  reason(): OutboundError | null;
  stop(): void;
}

/** One timer for all of it and one for the part under way; whichever ends first ends the request. */
export function createTimers(patience: Patience, end: (error: OutboundError) => void): Timers {
  let ended: OutboundError | null = null;
  let part: NodeJS.Timeout | undefined;
  const total: NodeJS.Timeout = after(patience.totalMs, 'total_timeout', 'The answer did not end in time.');

  function after(ms: number, reason: FailureReason, detail: string): NodeJS.Timeout {
    return setTimeout(() => endWith(new OutboundError(reason, detail)), ms);
  }
  function endWith(error: OutboundError): void {
    ended ??= error;
    end(ended);
  }
  function next(ms: number, reason: FailureReason, detail: string): void {
    clearTimeout(part);
    part = after(ms, reason, detail);
  }
  const awaitAnswer = (): void => next(patience.firstByteMs, 'first_byte_timeout', 'No answer came in time.');
  const awaitMore = (): void => next(patience.idleMs, 'idle_timeout', 'The answer stopped half-way.');

  return {
    watchConnection(call) {
      call.once('socket', (socket: Socket) => {
        if (!socket.connecting && call.reusedSocket) return awaitAnswer();
        next(patience.connectMs, 'connect_timeout', 'No connection was made in time.');
        socket.once(call.protocol === 'https:' ? 'secureConnect' : 'connect', awaitAnswer);
      });
    },
    watchBody: awaitMore,
    progressed: awaitMore,
    end: endWith,
    reason: () => ended,
    stop() {
      clearTimeout(total);
      clearTimeout(part);
    },
  };
}
