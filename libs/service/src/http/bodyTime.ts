import type { IncomingMessage, ServerResponse } from 'node:http';

/** The body of a request is there in so many milliseconds, or the request is refused. */
export const BODY_MS = 30_000;

const timers = new WeakMap<IncomingMessage, NodeJS.Timeout>();

/** Answers 408 to a request whose body takes too long, and cuts the connection: it may hold nothing for ever. */
export function boundBody(request: IncomingMessage, response: ServerResponse, ms: number): void {
  const { headers } = request;
  if (headers['transfer-encoding'] === undefined && Number(headers['content-length'] ?? 0) === 0) return;
  const timer = setTimeout(() => {
    if (request.complete) return;
    if (response.headersSent) return void request.destroy();
    response.writeHead(408, { connection: 'close', 'content-length': 0 }).end(() => request.destroy());
  }, ms).unref();
  timers.set(request, timer);
  request.once('close', () => clearTimeout(timer));
}

/** For a route that reads a body for as long as it lasts, within bounds of its own. */
export function boundsBodyItself(request: IncomingMessage): void {
  clearTimeout(timers.get(request));
}
