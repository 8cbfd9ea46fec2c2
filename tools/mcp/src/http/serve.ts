import { aborted, listen } from '@threadlog/service';
import { createAsk } from '../ask';
import type { HttpConfig } from '../config';
import { createLastWrites } from '../lastWrites';
import { createHttpHandler, PATH } from './handler';

/** Connections at a time; beyond them new ones are closed. */
const MAX_CONNECTIONS = 1_024;

/** Serves whoever may connect, each under the token that it sends, until told to stop. */
export async function serveHttp(config: HttpConfig, signal: AbortSignal): Promise<void> {
  const handler = createHttpHandler({ ...config, ask: createAsk(config.apiUrl), lastWrites: createLastWrites() });
  const http = await listen(handler, config);
  http.server.maxConnections = MAX_CONNECTIONS;
  process.stderr.write(`MCP over HTTP: ${http.url}${PATH}\n`);
  await aborted(signal);
  await http.close();
}
