import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import type { Ask } from '../ask';
import type { LastWrites } from '../lastWrites';
import { createServer } from '../server';
import { isAdmitted, type Doors } from './guard';

/** The longest message of the API in any spelling, and the envelope around it. */
export const MAX_BODY_BYTES = 512 * 1024;
/** Requests that are being answered, of all callers together. */
export const MAX_REQUESTS = 256;
export const PATH = '/mcp';

export interface HttpDeps extends Doors {
  ask: Ask;
  lastWrites: LastWrites;
}

/**
 * Streamable HTTP without sessions: each POST is complete in itself and acts for whoever its own `Authorization` names. So
 * there is no session that somebody else could go on with, and nothing that piles up between requests.
 */
export function createHttpHandler(deps: HttpDeps): RequestListener {
  let open = 0;
  return (request, response) => {
    const path = request.url?.split('?')[0];
    if (!isAdmitted(request, deps)) return refuse(response, 403, 'This host or origin is not allowed.');
    allowOrigin(request, response);
    if (path !== PATH) return refuse(response, 404, `The server is at ${PATH}.`);
    if (request.method === 'OPTIONS') return void response.writeHead(204).end();
    if (request.method !== 'POST') {
      response.setHeader('allow', 'POST, OPTIONS');
      return refuse(response, 405, 'Only POST: there are no sessions and no streams to open.');
    }
    if (open >= MAX_REQUESTS) {
      response.setHeader('retry-after', '1');
      return refuse(response, 503, 'Too many requests are open.');
    }
    open += 1;
    response.once('close', () => (open -= 1));
    return void serve(deps, request, response).catch(() => response.destroy());
  };
}

async function serve(deps: HttpDeps, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { authorization } = request.headers;
  const server = createServer({ ...deps, authorization: () => authorization });
  const transport = new StreamableHTTPServerTransport({
    sessionIdGenerator: undefined,
    enableJsonResponse: true,
    maxRequestBodySize: MAX_BODY_BYTES,
  });
  // Who is gone waits for nothing: what is still asked of the API is given up.
  response.once('close', () => void server.close());
  await server.connect(transport);
  await transport.handleRequest(request, response);
}

/** For the pages that are allowed; a browser asks first, as `Authorization` is no plain header. */
function allowOrigin({ headers: { origin } }: IncomingMessage, response: ServerResponse): void {
  response.setHeader('cache-control', 'no-store');
  if (origin === undefined) return;
  response.setHeader('access-control-allow-origin', origin);
  response.setHeader('vary', 'origin');
  response.setHeader('access-control-allow-methods', 'POST');
  response.setHeader('access-control-allow-headers', 'authorization, content-type, mcp-protocol-version');
}

function refuse(response: ServerResponse, status: number, message: string): void {
  const body = { jsonrpc: '2.0', error: { code: -32_000, message }, id: null };
  // What is still to come of the request is not read.
  response.setHeader('connection', 'close');
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
