import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A server on this machine that is sent webhooks. */
export interface WebhookReceiver {
  url: string;
  close(): void;
}

/** `onDelivery` hears of each event once, by its thread, however often it is delivered. One that does not answer leaves each delivery open. */
export async function openWebhookReceiver(
  onDelivery: (threadId: string) => void,
  answers = true,
): Promise<WebhookReceiver> {
  const seen = new Set<string>();
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => (body += text));
    request.on('end', () => {
      if (!answers) return;
      response.writeHead(204).end();
      const id = String(request.headers['webhook-id']);
      if (seen.has(id)) return;
      seen.add(id);
      onDelivery(/"conversationId":"([^"]+)"/.exec(body)?.[1] ?? '');
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
