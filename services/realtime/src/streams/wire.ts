import { problem, type ProblemError } from '@threadlog/events';
import { randomUUID } from 'node:crypto';
import type { Frame } from '../frames';
import type { Wire } from '../rooms/connection';
import type { Hub } from './hub';
import { createFrameQueue } from './queue';

/** A stream as the rooms see it, and as its reader does. */
export interface StreamWire {
  wire: Wire;
  next(): Promise<Frame>;
  /** Calls back once when it is closed, whoever closed it. */
  whenClosed(listener: () => void): void;
}

/**
 * Whatever is waiting goes to the reader before the end is told, but to one that reads too slowly. What the protocol says as
 * the last frame before a connection closes is the end of a stream itself.
 */
export function createStreamWire(hub: Hub): StreamWire {
  const queue = createFrameQueue();
  const listeners = new Set<() => void>();
  let last: ProblemError | undefined;
  let isClosed = false;

  const wire: Wire = {
    id: randomUUID(),
    emit(told, { volatile } = { volatile: false }) {
      if (told.name === 'error') last = problemIn(told.payload);
      else if (!isClosed && !(volatile && queue.bytes() > 0)) queue.push(told);
    },
    join: (room) => hub.join(room, wire),
    leave: (room) => hub.leave(room, wire),
    buffered: queue.bytes,
    close(options) {
      if (isClosed) return;
      isClosed = true;
      queue.end(options?.discard ? tooSlow() : (last ?? stopping()), options);
      for (const listener of listeners) listener();
    },
  };
  return { wire, next: queue.next, whenClosed: (listener) => void listeners.add(listener) };
}

function problemIn({ code, message }: { code: string; message: string }): ProblemError {
  return code === 'UNAUTHORIZED' ? problem('unauthorized', message) : problem('unavailable', message);
}

function tooSlow(): ProblemError {
  return problem('rate_limited', 'The stream is read too slowly; come again with what you have.', { retryAfter: 1 });
}

function stopping(): ProblemError {
  return problem('unavailable', 'This instance ends the stream; come again with what you have.', { retryAfter: 1 });
}
