import { once } from 'node:events';
import { connect } from 'node:net';
import {
  createApp,
  createHealth,
  createLogger,
  createMetrics,
  createRateLimits,
  listen,
  mountRoutes,
  strictRouter,
  type HttpServer,
  type Route,
} from '@threadlog/service';
import { z } from 'zod';
import { allRoutes } from './allRoutes';

const reached: string[] = [];
/** The routes that are served, which only tell that they were reached, and with what. */
const routes = allRoutes.map(({ method, path, summary, tags }): Route => ({
  ...{ method, path, summary, tags, auth: 'none' },
  params: z.looseObject({}),
  responses: {},
  handler({ params }) {
    reached.push(`${method} ${path} ${JSON.stringify(params)}`);
    return { status: 200 };
  },
}));

let http: HttpServer;
beforeAll(async () => {
  const config = { BASE_PATH: '', TRUST_PROXY: 0, ACCESS_LOG: 'off', CORS_ORIGINS: [] } as const;
  const admission = { admit: () => Promise.resolve() };
  const app = createApp({
    config,
    logger: createLogger({ service: 'test', level: 'silent' }),
    metrics: createMetrics({ defaults: false }),
    limits: createRateLimits({ rates: {} }),
    health: createHealth({ info: { service: 'test', version: '0' }, checks: [] }),
    routers: [mountRoutes(strictRouter(), routes, { deps: undefined as never, admission })],
  });
  http = await listen(app, { host: '127.0.0.1', port: 0 });
});
afterAll(() => http.close(0));
beforeEach(() => void reached.splice(0));

/** Sends targets as they are given, one request after another on one connection; no client tidies them up. */
async function raw(method: string, targets: readonly string[]): Promise<number[]> {
  const socket = connect(http.port, '127.0.0.1');
  const requests = targets.map((target, index) => {
    const end = index + 1 === targets.length ? 'Connection: close\r\n' : '';
    return `${method} ${target} HTTP/1.1\r\nHost: x\r\n${end}\r\n`;
  });
  socket.write(requests.join(''));
  const parts: Buffer[] = [];
  socket.on('data', (part: Buffer) => parts.push(part));
  await once(socket, 'close');
  return [
    ...Buffer.concat(parts)
      .toString()
      .matchAll(/HTTP\/1\.1 (\d+)/g),
  ].map(([, status]) => Number(status));
}

const filled = (path: string, value = 'x'): string => path.replace(/\{\w+\}/g, value);

/** Every parameter in turn as something that is no name. */
function disguised(path: string): string[] {
  const parameters = [...path.matchAll(/\{\w+\}/g)];
  const values = ['.', '..', '%2e', '%2E%2e', '.%2e', '%252e%252e', '..%2f..', 'a%5c..', ''];
  const inPlace = parameters.flatMap(({ index, 0: name }) =>
    values.map((value) => filled(`${path.slice(0, index)}${value}${path.slice(index + name.length)}`)),
  );
  const plain = filled(path);
  return [...inPlace, `${plain}/`, `${plain}//`, `${plain}/.`, `${plain}/x/..`, `/x/..${plain}`, `/${plain}`];
}

const methods = [...new Set(routes.map(({ method }) => method.toUpperCase()))];
const paths = [...new Set(routes.map(({ path }) => path))];

it.each(paths)('serves %s by its own name', async (path) => {
  for (const method of routes.filter((route) => route.path === path).map((route) => route.method.toUpperCase())) {
    expect(await raw(method, [filled(path)])).toEqual([200]);
    expect(reached.splice(0)).toEqual([expect.stringMatching(new RegExp(`^${method.toLowerCase()} `))]);
  }
});

it.each(paths)(
  'reaches nothing by a path that only becomes %s, or another route, when it is normalised',
  async (path) => {
    const targets = [...disguised(path), filled(path).toUpperCase()];
    for (const method of methods) {
      const statuses = await raw(method, targets);
      expect(statuses).toHaveLength(targets.length);
      expect(targets.filter((_, index) => statuses[index] !== 404)).toEqual([]);
    }
    expect(reached).toEqual([]);
  },
);

/** `fetch` removes dot segments itself: what it then asks for must not be the thing that the last segment belongs to. */
it.each(paths.filter((path) => path.endsWith('}')))('reaches nothing when fetch is told %s with dots', async (path) => {
  for (const method of methods) {
    for (const dots of ['.', '..', '%2e%2e', '..\\']) {
      const { status } = await fetch(`${http.url}${filled(path.slice(0, path.lastIndexOf('{')))}${dots}`, { method });
      expect([method, dots, status]).toEqual([method, dots, 404]);
    }
  }
  expect(reached).toEqual([]);
});
