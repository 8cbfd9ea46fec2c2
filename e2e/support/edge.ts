import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Cleanups } from '@threadlog/testing';

export interface EdgeRoutes {
  /** Base URL that serves what is read. */
  reads: string;
  /** Base URLs that take what is written, in turns. */
  writes: readonly string[];
  /** Base URL that has the files of exports; where none is given, whoever serves what is read. */
  downloads?: string;
}

const DOWNLOAD = /^\/api\/v1\/privacy\/(requests\/[^/?]+\/download|downloads\/[^/?]+)(\?|$)/;

/** Longer than any pause of a test's client: it is never the edge that closes on a request under way. */
const KEEP_ALIVE_MS = 65_000;

/**
 * What stands before separate services in a deployment: reads go to the query API, downloads to the worker, the rest to
 * the command APIs.
 */
export async function startEdge({ reads, writes, downloads = reads }: EdgeRoutes, cleanups: Cleanups): Promise<string> {
  let turn = 0;
  const upstreamOf = ({ method, url = '' }: IncomingMessage): string => {
    if (method !== 'GET' && method !== 'HEAD') return writes[turn++ % writes.length]!;
    return DOWNLOAD.test(url) ? downloads : reads;
  };
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS }, (incoming, outgoing) =>
    forward(upstreamOf(incoming), incoming, outgoing),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanups.add(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const { port } = server.address() as { port: number };
  return `http://127.0.0.1:${port}`;
}

function forward(upstream: string, incoming: IncomingMessage, outgoing: ServerResponse): void {
  const { method, url, headers } = incoming;
  const passed = request(`${upstream}${url}`, { method, headers }, (answer) => {
    outgoing.writeHead(answer.statusCode!, answer.headers);
    answer.pipe(outgoing);
  });
  passed.on('error', () => {
    if (outgoing.headersSent) outgoing.destroy();
    else outgoing.writeHead(502).end();
  });
  incoming.pipe(passed);
}
