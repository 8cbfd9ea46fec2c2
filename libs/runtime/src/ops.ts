import { listen } from '@threadlog/service';
import type { RequestListener } from 'node:http';
import { hostname } from 'node:os';
import type { RuntimeConfig } from './config';
import type { OpsServer } from './runtime';

/**
 * Listens on the operations port. Until it is told what to serve it answers 503: the process is alive and not ready, and
 * says what it waits for.
 */
export async function openOps(
  config: Pick<RuntimeConfig, 'OPS_HOST' | 'OPS_PORT' | 'OPS_URL'>,
  opened: (close: () => Promise<void>) => void,
): Promise<OpsServer & { opsUrl: string; tell(line: string | null): void }> {
  let waitsFor: string | null = null;
  let handler: RequestListener = (request, response) => {
    const alive = request.url === '/livez';
    response.statusCode = alive ? 200 : 503;
    response.setHeader('Content-Type', 'application/json; charset=utf-8');
    response.end(JSON.stringify(alive ? { status: 'ok' } : { status: 'starting', ...(waitsFor && { waitsFor }) }));
  };
  const http = await listen((request, response) => handler(request, response), {
    host: config.OPS_HOST,
    port: config.OPS_PORT,
  });
  opened(() => http.close(1_000));
  return {
    http,
    opsUrl: config.OPS_URL?.replace(/\/$/, '') ?? reachableUrl(config.OPS_HOST, http.port),
    tell: (line) => void (waitsFor = line),
    serve: (next) => void (handler = next),
  };
}

/** An address that stands for all of the machine's is of no use to others: its name is. */
function reachableUrl(host: string, port: number): string {
  const everywhere = host === '0.0.0.0' || host === '::';
  const name = everywhere ? hostname() : host;
  return `http://${name.includes(':') ? `[${name}]` : name}:${port}`;
}
