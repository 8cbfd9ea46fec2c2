import type { IncomingMessage } from 'node:http';
import type { Fault } from '@threadlog/agents';
import { CONVERSATION_PATIENCE, type Patience } from '@threadlog/outbound';

/** What an agent that comes by itself is waited for: as long as one that is asked. */
export type BodyPatience = Pick<Patience, 'idleMs' | 'totalMs' | 'maxAnswerBytes'>;
export const BODY_PATIENCE: BodyPatience = CONVERSATION_PATIENCE;

/** A body that is not read to its end. */
class BodyFault extends Error {
  override readonly name = 'BodyFault';
  constructor(
    readonly fault: Fault,
    options?: ErrorOptions,
  ) {
    super(`the body ended early: ${fault}`, options);
  }
}

export const faultOf = (error: unknown): Fault | null => (error instanceof BodyFault ? error.fault : null);

/** So long is read what nobody wants any more: who still sends would lose the answer with the connection. */
const REST_MS = 5_000;

/**
 * A request's body piece by piece, bounded in silence, time and size. Throws `BodyFault` where it ends early, for whatever
 * reason. Ending it half-way leaves the connection open for the answer, and reads the rest away for a moment.
 */
export async function* boundedBody(request: IncomingMessage, patience: BodyPatience): AsyncGenerator<Buffer> {
  const pieces = request.iterator({ destroyOnReturn: false }) as AsyncIterator<Buffer>;
  const until = performance.now() + patience.totalMs;
  let left = patience.maxAnswerBytes;
  try {
    for (;;) {
      const next = await inTime(pieces.next(), Math.min(patience.idleMs, until - performance.now()));
      if (next.done) return;
      left -= next.value.length;
      if (left < 0) throw new BodyFault('failed');
      yield next.value;
    }
  } finally {
    void pieces.return?.().then(() => request.resume());
  }
}

/** Reads away what is left of a body that somebody has read enough of. */
export function leaveRest(request: IncomingMessage): void {
  if (request.complete) return;
  setTimeout(() => request.complete || request.destroy(), REST_MS).unref();
}

async function inTime<T>(piece: Promise<T>, ms: number): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new BodyFault('timeout')), Math.max(0, ms));
  try {
    return await Promise.race([piece.catch(broken), late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** Who sends it has gone. */
function broken(cause: unknown): never {
  throw new BodyFault('failed', { cause });
}
