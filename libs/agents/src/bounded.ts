import { CONVERSATION_PATIENCE, type Patience } from '@threadlog/outbound';
import type { Fault } from './said';

/** What an agent that comes by itself is waited for: as long as one that is asked. */
export type StreamPatience = Pick<Patience, 'idleMs' | 'totalMs' | 'maxAnswerBytes'>;
export const STREAM_PATIENCE: StreamPatience = CONVERSATION_PATIENCE;

/** What an agent sends that is not read to its end. */
class StreamFault extends Error {
  override readonly name = 'StreamFault';
  constructor(
    readonly fault: Fault,
    options?: ErrorOptions,
  ) {
    super(`the stream ended early: ${fault}`, options);
  }
}

/** Why it was not read to its end; null for an error that is another's. */
export const faultOf = (error: unknown): Fault | null => (error instanceof StreamFault ? error.fault : null);

/**
 * What an agent sends piece by piece, bounded in silence, time and size, over whatever it comes. Throws a fault where it ends
 * early, for whatever reason.
 */
export async function* bounded<Piece>(
  pieces: AsyncIterator<Piece>,
  bytesOf: (piece: Piece) => number,
  patience: StreamPatience,
): AsyncGenerator<Piece> {
  const until = performance.now() + patience.totalMs;
  let left = patience.maxAnswerBytes;
  for (;;) {
    const next = await inTime(pieces.next(), Math.min(patience.idleMs, until - performance.now()));
    if (next.done) return;
    left -= bytesOf(next.value);
    if (left < 0) throw new StreamFault('failed');
    yield next.value;
  }
}

async function inTime<T>(piece: Promise<T>, ms: number): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new StreamFault('timeout')), Math.max(0, ms));
  try {
    return await Promise.race([piece.catch(broken), late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** Who sends it has gone. */
function broken(cause: unknown): never {
  throw new StreamFault('failed', { cause });
}
