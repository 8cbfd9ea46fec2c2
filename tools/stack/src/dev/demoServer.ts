import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname } from 'node:path';
import type { PageFiles } from './pages';
import { answerAsTutor } from './demoAgent';
import type { DemoToken } from './demoTenants';

export interface DemoServerOptions {
  /** 0 for any. */
  port: number;
  api: number;
  realtime: number;
  files: PageFiles;
  tokens: readonly DemoToken[];
}

const CONFIG = '/demo/config.json';
/** Where the service asks the agent of the demo. */
export const AGENT_PATH = '/demo/agent';

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.json': 'application/json; charset=utf-8',
};

const securityHeaders = (api: number, realtime: number): Record<string, string> => {
  const elsewhere = [api, realtime].map((port) => `http://localhost:${port}`).join(' ');
  const policy = [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    `connect-src 'self' ${elsewhere} ws://localhost:${realtime}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ];
  return {
    'Content-Security-Policy': policy.join('; '),
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'no-referrer',
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Resource-Policy': 'same-origin',
    'Cache-Control': 'no-store',
  };
};

/** Who is in the page: the teacher and the learner of the first tenant, and where their clients connect. */
const configOf = ({ api, realtime, tokens }: DemoServerOptions): Buffer => {
  const tenantId = tokens[0]?.tenantId;
  const people = (['teacher', 'learner'] as const).map((role) => {
    const found = tokens.find((token) => token.tenantId === tenantId && token.role === role);
    return { role, userId: found?.userId, token: found?.token };
  });
  return Buffer.from(
    JSON.stringify({
      apiUrl: `http://localhost:${api}`,
      realtimeUrl: `http://localhost:${realtime}`,
      tenantId,
      people,
    }),
  );
};

/**
 * Whether a request may have what it asks for. A page of another site whose name was made to point at this machine names
 * its own host, and one that asks across sites says so. A link from elsewhere may lead to the page, which says nothing and
 * asks for the tokens by itself.
 */
const mayHave = ({ headers }: IncomingMessage, path: string, hosts: readonly string[]): boolean => {
  if (!hosts.includes(headers.host ?? '')) return false;
  if (headers['sec-fetch-mode'] === 'navigate' && path !== CONFIG) return true;
  return ['same-origin', 'none', undefined].includes(headers['sec-fetch-site'] as string | undefined);
};

/**
 * Serves the demo page at `/demo` on the loopback interface, with tokens of the demo tenants: for development alone.
 * Files are held in memory, so no path leads out of them.
 */
export const startDemoServer = async (options: DemoServerOptions) => {
  const { files, api, realtime } = options;
  const fixed = securityHeaders(api, realtime);
  const served = new Map([...files].map(([path, body]) => [`/demo/${path}`, body]));
  const page = served.get('/demo/index.html');
  if (page) for (const path of ['/demo', '/demo/']) served.set(path, page);
  served.set(CONFIG, configOf(options));
  let hosts: string[] = [];

  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    const say = (status: number, text: string, headers: Record<string, string> = {}) =>
      void response.writeHead(status, { ...fixed, 'Content-Type': 'text/plain; charset=utf-8', ...headers }).end(text);
    request.resume();
    const [path = ''] = (request.url ?? '').split('?');
    if (!mayHave(request, path, hosts)) return say(403, 'Forbidden');
    if (request.method !== 'GET' && request.method !== 'HEAD') return say(405, 'Method Not Allowed', { Allow: 'GET' });
    if (path === '/') return say(302, '', { Location: '/demo' });
    const body = served.get(path);
    if (!body) return say(404, 'Not Found');
    const type = TYPES[extname(path)] ?? TYPES['.html'];
    response.writeHead(200, { ...fixed, 'Content-Type': type, 'Content-Length': body.length });
    response.end(request.method === 'HEAD' ? undefined : body);
  };

  const isForAgent = (request: IncomingMessage): boolean =>
    request.method === 'POST' && request.url === AGENT_PATH && mayHave(request, AGENT_PATH, hosts);
  const server = createServer((request, response) => {
    if (isForAgent(request)) answerAsTutor(request, response).catch(() => response.destroy());
    else answer(request, response);
  }).listen(options.port, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  hosts = [`localhost:${port}`, `127.0.0.1:${port}`];
  return {
    port,
    stop: async (): Promise<void> => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
};
