import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import { aborted } from '@threadlog/service';
import { createAsk } from './ask';
import type { StdioConfig } from './config';
import { createLastWrites } from './lastWrites';
import { createServer } from './server';

/** Serves the one client that started this process, until it closes our input or we are told to stop. */
export async function serveStdio({ apiUrl, token }: StdioConfig, signal: AbortSignal): Promise<void> {
  const server = createServer({
    ask: createAsk(apiUrl),
    lastWrites: createLastWrites(),
    authorization: () => bearer(token()),
  });
  const closed = new Promise<void>((resolve) => {
    process.stdin.once('end', resolve).once('close', resolve);
    server.onclose = resolve;
  });
  await server.connect(new StdioServerTransport());
  await Promise.race([closed, aborted(signal)]);
  await server.close();
}

function bearer(token: string | undefined): string | undefined {
  return token === undefined ? undefined : `Bearer ${token}`;
}
