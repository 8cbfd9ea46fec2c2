import { readFileSync } from 'node:fs';
import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import type { Cleanups } from '@threadlog/testing';

export interface EdgeRoutes {
  /** Base URLs that serve what is read, in turns. */
  reads: readonly string[];
  /** Base URLs that take what is written, in turns. */
  writes: readonly string[];
  /** Base URL of the worker; where none is given, whoever serves what is read. */
  worker?: string;
  /** Base URLs that take sockets, in turns; without them there are none. */
  sockets?: readonly string[];
}

/** Longer than any pause of a test's client: it is never the edge that closes on a request under way. */
const KEEP_ALIVE_MS = 65_000;

/** What the edge of a deployment sends elsewhere than `location /` does: a pattern of the path, and where to. */
const LOCATION = /location ~\* (\S+) \{[^{}]*?proxy_pass http:\/\/(\S+);/g;

const CONFIG = readFileSync(join(__dirname, '../../deploy/nginx.conf'), 'utf8');

/** What is answered in the place of a service that does not, `$unanswered` standing for the code. */
const UNANSWERED = /location @unanswered \{[^']*return 503 '(\{.*\})';/.exec(CONFIG)?.[1];

/** From the edge's own configuration, so that what it lacks is missing here. */
function locations(): { path: RegExp; upstream: string }[] {
  const found = [...CONFIG.matchAll(LOCATION)].map(([, path, upstream]) => ({
    path: new RegExp(path!, 'i'),
    upstream: upstream!,
  }));
  if (found.length === 0 || !UNANSWERED) throw new Error('deploy/nginx.conf has no locations that this understands');
  return found;
}

/**
 * What stands before separate services in a deployment: reads go to the query API, the rest to the command APIs, and what
 * the deployment's own edge says to the worker. Nothing is sent twice, and nobody is passed by for having been away.
 */
export async function startEdge(routes: EdgeRoutes, cleanups: Cleanups): Promise<string> {
  const { reads, writes, sockets = [], worker = reads[0]! } = routes;
  const special = locations();
  let turn = 0;
  const upstreamOf = ({ method, url = '' }: IncomingMessage): string => {
    const isRead = method === 'GET' || method === 'HEAD';
    const usual = (): string => (isRead ? reads[turn++ % reads.length]! : writes[turn++ % writes.length]!);
    const pathname = url.split('?', 1)[0]!;
    const upstream = special.find(({ path }) => path.test(pathname))?.upstream;
    if (upstream === 'worker') return worker;
    // Lists of deliveries are reads like others.
    return upstream === '$deliveries' && !isRead ? worker : usual();
  };
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS }, (incoming, outgoing) =>
    forward(upstreamOf(incoming), incoming, outgoing),
  );
  const tunnels = new Set<Duplex>();
  if (sockets.length > 0) {
    server.on('upgrade', (incoming, near, head) => {
      const far = tunnel(new URL(sockets[turn++ % sockets.length]!), { incoming, near, head });
      tunnels.add(far).add(near);
      near.once('close', () => [far, near].forEach((end) => tunnels.delete(end)));
    });
  }
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanups.add(async () => {
    tunnels.forEach((end) => end.destroy());
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
    answer.on('error', () => outgoing.destroy());
    answer.pipe(outgoing);
  });
  passed.on('error', () => {
    if (outgoing.headersSent) return outgoing.destroy();
    const code = ['GET', 'HEAD', 'OPTIONS'].includes(method!) ? 'unavailable' : 'outcome_unknown';
    outgoing.writeHead(503, { 'content-type': 'application/problem+json', 'retry-after': '1' });
    outgoing.end(UNANSWERED!.replaceAll('$unanswered', code));
  });
  incoming.pipe(passed);
}

/** Passes a connection on as it is, for as long as both ends hold. */
function tunnel(to: URL, { incoming, near, head }: { incoming: IncomingMessage; near: Duplex; head: Buffer }): Duplex {
  const far = connect(Number(to.port), to.hostname, () => {
    const { method, url, rawHeaders } = incoming;
    const lines = rawHeaders.flatMap((name, at) => (at % 2 === 0 ? [`${name}: ${rawHeaders[at + 1]}`] : []));
    far.write(`${method} ${url} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`);
    far.write(head);
    far.pipe(near).pipe(far);
  });
  for (const [one, other] of [
    [far, near],
    [near, far],
  ] as const) {
    one.on('error', () => other.destroy());
    one.on('close', () => other.destroy());
  }
  return far;
}
