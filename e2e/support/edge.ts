import { readFileSync } from 'node:fs';
import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import type { Cleanups } from '@threadlog/testing';

export interface EdgeRoutes {
  /** Base URL that serves what is read. */
  reads: string;
  /** Base URLs that take what is written, in turns. */
  writes: readonly string[];
  /** Base URL of the worker; where none is given, whoever serves what is read. */
  worker?: string;
}

/** Longer than any pause of a test's client: it is never the edge that closes on a request under way. */
const KEEP_ALIVE_MS = 65_000;

/** What the edge of a deployment sends elsewhere than `location /` does: a pattern of the path, and where to. */
const LOCATION = /location ~\* (\S+) \{[^{}]*?proxy_pass http:\/\/(\S+);/g;

/** From the edge's own configuration, so that what it lacks is missing here. */
function locations(): { path: RegExp; upstream: string }[] {
  const config = readFileSync(join(__dirname, '../../deploy/nginx.conf'), 'utf8');
  const found = [...config.matchAll(LOCATION)].map(([, path, upstream]) => ({
    path: new RegExp(path!, 'i'),
    upstream: upstream!,
  }));
  if (found.length === 0) throw new Error('deploy/nginx.conf has no locations that this understands');
  return found;
}

/**
 * What stands before separate services in a deployment: reads go to the query API, the rest to the command APIs, and what
 * the deployment's own edge says to the worker.
 */
export async function startEdge({ reads, writes, worker = reads }: EdgeRoutes, cleanups: Cleanups): Promise<string> {
  const special = locations();
  let turn = 0;
  const upstreamOf = ({ method, url = '' }: IncomingMessage): string => {
    const isRead = method === 'GET' || method === 'HEAD';
    const usual = (): string => (isRead ? reads : writes[turn++ % writes.length]!);
    const pathname = url.split('?', 1)[0]!;
    const upstream = special.find(({ path }) => path.test(pathname))?.upstream;
    if (upstream === 'worker') return worker;
    // Lists of deliveries are reads like others.
    return upstream === '$deliveries' && !isRead ? worker : usual();
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
