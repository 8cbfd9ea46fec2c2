import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request as it came. */
export interface Seen {
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
}

export interface Reply {
  status: number;
  headers?: Record<string, string>;
  /** JSON, or text as it is; `null`: the connection is cut. */
  body?: unknown;
}

/** A server on the loopback interface that answers as it is told to. */
export async function scriptedServer(answer: (seen: Seen, n: number) => Reply | null | Promise<Reply | null>) {
  const seen: Seen[] = [];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request.setEncoding('utf8')) body += String(chunk);
    const { method = '', url = '', headers } = request;
    const one = { method, path: url, headers, body };
    seen.push(one);
    const reply = await answer(one, seen.length);
    if (reply === null) return void request.socket.destroy();
    const text = typeof reply.body === 'string';
    response.writeHead(reply.status, { 'content-type': text ? 'text/html' : 'application/json', ...reply.headers });
    response.end(reply.status === 204 ? undefined : text ? (reply.body as string) : JSON.stringify(reply.body ?? {}));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    close: () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

/** A refusal as the API answers it. */
export function problem(status: number, code: string, retryable = false, detail = code): Reply {
  return { status, body: { type: '', title: code, status, detail, code, retryable, error: detail, message: detail } };
}
