import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a server was asked. */
export interface Asked {
  method: string;
  url: string;
  headers: IncomingHttpHeaders;
  body: string;
  at: number;
}

/** An answer: a status with a body and headers, `drop` for a connection that is cut, or whatever a function does. */
export type Reply =
  | number
  | 'drop'
  | 'hang'
  | { status: number; body?: unknown; headers?: Record<string, string> }
  | ((request: IncomingMessage, response: ServerResponse) => void);

export const PAGE = {
  messages: [
    {
      ...{ id: 'm1', conversation_id: 'c1', user_id: 'ada', content: 'Hello!', message_type: 'user', metadata: {} },
      ...{ created_at: '2026-01-15T10:30:00.000000Z', updated_at: '2026-01-15T10:30:00.000000Z' },
    },
  ],
  ...{ total_count: 1, has_more: false, next_cursor: null },
};

/** A chat service on this machine that answers as it is told: the replies one after the other, then the last one for ever. */
export async function startChatServer() {
  const asked: Asked[] = [];
  let replies: Reply[] = [200];
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => (body += text));
    request.on('end', () => {
      const { method = '', url = '', headers } = request;
      asked.push({ method, url, headers, body, at: performance.now() });
      answer(replies.length > 1 ? replies.shift()! : replies[0]!, request, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    reply: (...next: Reply[]): void => void (replies = next),
    close(): Promise<void> {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
export type ChatServer = Awaited<ReturnType<typeof startChatServer>>;

function answer(reply: Reply, request: IncomingMessage, response: ServerResponse): void {
  if (typeof reply === 'function') return reply(request, response);
  if (reply === 'hang') return;
  if (reply === 'drop') return void request.socket.destroy();
  const { status, body, headers = {} } = typeof reply === 'number' ? { status: reply } : reply;
  const told =
    body ?? (status < 300 ? PAGE : { code: `status_${status}`, status, detail: 'told so', retryable: false });
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(typeof told === 'string' ? told : JSON.stringify(told));
}
