import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a receiver of webhooks was sent. */
export interface Received {
  id: string;
  event: string;
  tenantId: string;
  seq: number;
  data: Record<string, unknown> & { threadId?: string; content?: string };
  body: string;
  headers: IncomingMessage['headers'];
}

/** Answers a delivery; one that leaves it open never answers. */
export type Answering = (received: Received, response: ServerResponse) => void;

export const accept: Answering = (_received, response) => void response.end();

/** A receiver of webhooks on this machine. What was answered with a success is `taken`. */
export async function startReceiver() {
  const taken: Received[] = [];
  const seen: Received[] = [];
  let answering = accept;
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => (body += text));
    request.on('end', () => {
      const parsed = JSON.parse(body) as Received;
      const received = { ...parsed, id: String(request.headers['webhook-id']), body, headers: request.headers };
      seen.push(received);
      response.on('finish', () => response.statusCode < 300 && taken.push(received));
      answering(received, response);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/webhooks/chat`,
    taken,
    seen,
    answer: (next: Answering) => (answering = next),
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
export type Receiver = Awaited<ReturnType<typeof startReceiver>>;
