import type { IncomingMessage } from 'node:http';
import {
  bounded,
  faultOf,
  mediaTypeOf,
  STREAM_PATIENCE,
  STREAMS,
  type Hear,
  type StreamPatience,
} from '@threadlog/agents';
import { problem } from '@threadlog/events';

/** Hears what an agent says as the body of a request. Throws `unsupported_media_type` for one that cannot be read. */
export function hearBody(request: IncomingMessage, patience: StreamPatience = STREAM_PATIENCE): Hear {
  const read = STREAMS[mediaTypeOf(request.headers['content-type'])];
  const isPlain = (request.headers['content-encoding'] ?? 'identity') === 'identity';
  if (!read || !isPlain) throw problem('unsupported_media_type', 'send text/plain or text/event-stream, not encoded');
  return (listening) => read(boundedBody(request, patience), { ...listening, faultOf });
}

/** So long is read what nobody wants any more: who still sends would lose the answer with the connection. */
const REST_MS = 5_000;

/** Ending it half-way leaves the connection open for the answer, and reads the rest away for a moment. */
async function* boundedBody(request: IncomingMessage, patience: StreamPatience): AsyncGenerator<Buffer> {
  const pieces = request.iterator({ destroyOnReturn: false }) as AsyncIterator<Buffer>;
  try {
    yield* bounded(pieces, (piece) => piece.length, patience);
  } finally {
    void pieces.return?.().then(() => request.resume());
  }
}

/** Reads away what is left of a body that somebody has read enough of. */
export function leaveRest(request: IncomingMessage): void {
  if (request.complete) return;
  setTimeout(() => request.complete || request.destroy(), REST_MS).unref();
}
