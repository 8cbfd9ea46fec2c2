import type { Actor } from '@threadlog/auth';
import { problem, tenantId } from '@threadlog/events';
import { createLogger } from '../logger';
import { createMetrics } from '../metrics';
import { createAdmission, type AdmissionOptions } from './admission';
import { createApp, metricsRouter, type AppConfig } from './app';
import { createHealth } from './health';
import { mountRoutes } from './mountRoutes';
import { createRateLimits, type RateLimits, type RateLimitsOptions } from './rateLimits';
import type { Route } from './route';
import { listen, type HttpServer } from './server';
import { strictRouter } from './strictRouter';

/** Tokens are names here: `Bearer ada` is Ada of tenant t1, `Bearer t2/bob` Bob of t2; anything with `bad` is refused. */
export function actorNamed(token: string): Actor {
  const [tenant = 't1', id = tenant] = token.includes('/') ? token.split('/') : ['t1', token];
  return {
    tenantId: tenantId(tenant),
    id,
    type: 'user',
    role: 'user',
    permissions: ['chat:read'],
    learnerScope: [],
    expiresAt: 9_999_999_999,
  };
}

export interface TestAppOptions {
  routes?: readonly Route[];
  /** Further routers of routes, as another role would bring them. */
  more?: readonly (readonly Route[])[];
  rates?: RateLimitsOptions['rates'];
  config?: Partial<AppConfig>;
  admission?: Partial<AdmissionOptions>;
  checkReplies?: boolean;
  /** Instead of those of `rates`. */
  limits?: RateLimits;
}

/** An app on a free port, as `createApp` makes it, with its log lines and metrics at hand. */
export async function testApp({ routes = [], more = [], rates = {}, ...options }: TestAppOptions = {}) {
  const lines: Record<string, unknown>[] = [];
  const destination = { write: (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>) };
  const logger = createLogger({ service: 'test', level: 'debug', destination });
  const metrics = createMetrics({ defaults: false });
  const limits = options.limits ?? createRateLimits({ rates });
  const admission = createAdmission({
    verifier: {
      verifyCached: () => undefined,
      verify: (token) =>
        token.includes('bad')
          ? Promise.reject(problem('unauthorized', 'The token has expired.'))
          : Promise.resolve(actorNamed(token)),
    },
    limits,
    ...options.admission,
  });
  const { checkReplies } = options;
  const routers = [routes, ...more].map((some) =>
    mountRoutes(strictRouter(), some, { deps: {}, admission, checkReplies }),
  );
  const health = createHealth({ info: { service: 'test', version: '1' }, checks: [] });
  const config: AppConfig = {
    BASE_PATH: '',
    TRUST_PROXY: 0,
    ACCESS_LOG: 'info',
    CORS_ORIGINS: ['*'],
    ...options.config,
  };
  const app = createApp({ logger, metrics, config, health, limits, routers: [...routers, metricsRouter(metrics)] });
  const http: HttpServer = await listen(app, { host: '127.0.0.1', port: 0 });
  return { url: `http://127.0.0.1:${http.port}`, lines, metrics, health, close: () => http.close(0) };
}

/** Waits until `found` gives something; the access log is written after the client has its answer. */
export async function eventually<T>(found: () => T | undefined): Promise<T> {
  for (let tries = 0; tries < 500; tries += 1) {
    const value = found();
    if (value !== undefined) return value;
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  throw new Error('it never came to be');
}
