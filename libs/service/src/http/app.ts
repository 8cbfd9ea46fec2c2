import express, { type Express, type RequestHandler, type Router } from 'express';
import type { Logger } from '../logger';
import type { Metrics } from '../metrics';
import { countUnauthenticated } from './admission';
import type { Health } from './health';
import { observe } from './observe';
import { plainTargets } from './plainTarget';
import { problemHandler, unmatched } from './problemHandler';
import { parseQuery } from './query';
import type { RateLimits } from './rateLimits';
import { corsHandler, securityHeaders } from './security';
import { strictRouter } from './strictRouter';

/** The variables of `httpConfig` and `corsConfig` that shape an app. */
export interface AppConfig {
  BASE_PATH: string;
  TRUST_PROXY: number;
  ACCESS_LOG: 'info' | 'debug' | 'off';
  CORS_ORIGINS: readonly string[];
}

export interface AppOptions {
  logger: Logger;
  metrics: Metrics;
  config: AppConfig;
  /** The router of health for this port: `router` or, where only operators come, `details`. */
  health: Pick<Health, 'router'>;
  /** Counts what is refused to somebody unknown, by address. */
  limits: Pick<RateLimits, 'consume'>;
  /** In this order, below `BASE_PATH`; what none of them answers is 404 or 405. */
  routers: readonly Router[];
}

/**
 * An Express app with everything but routes: security headers, health, request ids, access log and metrics, CORS, and
 * problems for whatever is thrown. Bodies are read by the routes that have one, after admission.
 */
export function createApp({ logger, metrics, config, health, limits, routers }: AppOptions): Express {
  const app = express();
  app.enable('strict routing');
  app.enable('case sensitive routing');
  app.disable('x-powered-by');
  // Entity tags mean versions here, not hashes of bodies.
  app.disable('etag');
  app.set('query parser', parseQuery);
  app.set('trust proxy', config.TRUST_PROXY);
  app.use(securityHeaders());
  app.use(health.router);
  app.use(observe({ logger, metrics, accessLog: config.ACCESS_LOG }));
  app.use(corsHandler(config.CORS_ORIGINS));
  app.use(noStore);
  app.use(plainTargets(config.BASE_PATH));
  if (config.BASE_PATH) app.use(config.BASE_PATH, health.router, ...routers);
  else for (const router of routers) app.use(router);
  app.use(unmatched());
  app.use(problemHandler(logger, countUnauthenticated(limits)));
  return app;
}

/** Answers are one person's: no cache on the way may keep them. Routes of static files say otherwise. */
const noStore: RequestHandler = (_request, response, next) => {
  response.setHeader('Cache-Control', 'no-store');
  next();
};

/** `/metrics` in Prometheus' text form, for the operations port. */
export function metricsRouter({ registry }: Metrics): Router {
  return strictRouter().get('/metrics', async (_request, response) => {
    response.setHeader('Content-Type', registry.contentType);
    response.end(await registry.metrics());
  });
}
