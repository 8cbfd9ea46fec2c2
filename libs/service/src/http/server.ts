import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Service } from '../lifecycle';
import type { Logger } from '../logger';
import { BODY_MS, boundBody } from './bodyTime';

export interface ListenOptions {
  host: string;
  /** 0 takes a free one. */
  port: number;
  /** Milliseconds in which a body has to be there; 30,000 by default. */
  bodyMs?: number;
}

export interface HttpServer {
  /** For what attaches itself to it, such as Socket.io. */
  server: Server;
  host: string;
  /** The port that was really taken. */
  port: number;
  url: string;
  /**
   * Stops accepting, lets requests in flight finish for `drainMs` (default 10,000), then cuts what is left. Kept-alive
   * connections are told to close with their next answer and closed when idle. Idempotent.
   */
  close(drainMs?: number): Promise<void>;
}

/** Longer than the idle timeout of common balancers (60 s), so that it is never we who close on a request under way. */
const KEEP_ALIVE_MS = 65_000;
const IDLE_SWEEP_MS = 50;

/** Serves on a port. Rejects with the system's error where it is taken. */
export async function listen(
  handler: RequestListener,
  { host, port, bodyMs = BODY_MS }: ListenOptions,
): Promise<HttpServer> {
  const server = createServer({
    keepAliveTimeout: KEEP_ALIVE_MS,
    headersTimeout: 20_000,
    // Node's own knows no exception; `boundBody` does.
    requestTimeout: 0,
    noDelay: true,
  });
  let closing: Promise<void> | undefined;
  server.on('request', (request, response) => {
    if (closing) response.setHeader('Connection', 'close');
    boundBody(request, response, bodyMs);
    handler(request, response);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  const taken = (server.address() as AddressInfo).port;
  const name = host.includes(':') ? `[${host}]` : host;
  return {
    server,
    host,
    port: taken,
    url: `http://${name === '0.0.0.0' || name === '[::]' ? 'localhost' : name}:${taken}`,
    close: (drainMs = 10_000) => (closing ??= drain(server, drainMs)),
  };
}

function drain(server: Server, drainMs: number): Promise<void> {
  return new Promise((resolve) => {
    const sweep = setInterval(() => server.closeIdleConnections(), IDLE_SWEEP_MS);
    const cut = setTimeout(() => server.closeAllConnections(), drainMs);
    server.close(() => {
      clearInterval(sweep);
      clearTimeout(cut);
      resolve();
    });
    server.closeIdleConnections();
  });
}

export interface HttpServiceOptions extends ListenOptions {
  name: string;
  handler: RequestListener;
  logger: Logger;
  drainMs?: number;
  onListening?: (server: HttpServer) => void;
}

/** A server as a service: listens when run, drains when told to stop. */
export function httpService({ name, handler, logger, drainMs, onListening, ...where }: HttpServiceOptions): Service {
  return {
    name,
    async run(signal) {
      const http = await listen(handler, where);
      logger.info({ url: http.url }, `${name} is listening`);
      onListening?.(http);
      await aborted(signal);
      await http.close(drainMs);
    },
  };
}

/** Resolves when the signal is aborted. */
export function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
