import { listen } from '@threadlog/service';
import type { RequestListener } from 'node:http';
import { hostname } from 'node:os';
import type { RuntimeConfig } from './config';
import type { OpsServer } from './runtime';

/**
 * Listens on the operations port. Until it is told what to serve it answers 503: the process is alive and not ready.
 */
export async function openOps(
  config: Pick<RuntimeConfig, 'OPS_HOST' | 'OPS_PORT' | 'OPS_URL'>,
  opened: (close: () => Promise<void>) => void,
): Promise<OpsServer & { opsUrl: string }> {
  let handler: RequestListener = (request, response) => {
    response.statusCode = request.url === '/livez' ? 200 : 503;
    response.setHeader('Content-Type', 'application/json; charset=utf-8');
    response.end(JSON.stringify({ status: response.statusCode === 200 ? 'ok' : 'starting' }));
  };
  const http = await listen((request, response) => handler(request, response), {
    host: config.OPS_HOST,
    port: config.OPS_PORT,
  });
  opened(() => http.close(1_000));
  return {
    http,
    opsUrl: config.OPS_URL?.replace(/\/$/, '') ?? reachableUrl(config.OPS_HOST, http.port),
    serve: (next) => void (handler = next),
  };
}

/** An address that stands for all of the machine's is of no use to others: its name is. */
function reachableUrl(host: string, port: number): string {
  const everywhere = host === '0.0.0.0' || host === '::';
  const name = everywhere ? hostname() : host;
  return `http://${name.includes(':') ? `[${name}]` : name}:${port}`;
}
