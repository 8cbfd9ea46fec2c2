import express, { type Router } from 'express';
import type { HealthCheck } from '../role';
import { sendReply } from './mountRoutes';

/** Who we are, at `/` and in health answers. */
export interface ServiceInfo {
  service: string;
  version: string;
  environment?: string;
  /** What this process offers: roles, surfaces. */
  features?: readonly string[];
}

export interface HealthReport {
  ready: boolean;
  /** `ok`, or why not, by check. */
  checks: Record<string, string>;
}

export interface Health {
  /** All conditions, asked at most twice a second however many ask. Never rejects. */
  report(): Promise<HealthReport>;
  /** From now on not ready, so that balancers look elsewhere while requests are finished. */
  drain(): void;
  /** `/health`, `/livez`, `/readyz` and `/`. */
  router: Router;
}

export interface HealthOptions {
  info: ServiceInfo;
  checks: readonly HealthCheck[];
  /** Milliseconds after which a check counts as failed; default 2,000. */
  timeoutMs?: number;
}

const FRESH_MS = 500;

export function createHealth({ info, checks, timeoutMs = 2_000 }: HealthOptions): Health {
  let draining = false;
  let latest: Promise<HealthReport> | undefined;
  let askedAt = -Infinity;

  function report(): Promise<HealthReport> {
    if (!latest || performance.now() - askedAt > FRESH_MS) {
      askedAt = performance.now();
      latest = Promise.all(checks.map((check) => outcome(check, timeoutMs))).then((results) => ({
        ready: results.every(([, result]) => result === 'ok'),
        checks: Object.fromEntries(results),
      }));
    }
    return latest.then((found) => ({ ...found, ready: found.ready && !draining }));
  }

  const router = express.Router();
  router.get('/livez', (_request, response) => sendReply(response, { status: 200, body: { status: 'ok' } }));
  router.get('/readyz', async (_request, response) => {
    const { ready, checks: results } = await report();
    const status = ready ? 'ready' : draining ? 'draining' : 'not_ready';
    sendReply(response, { status: ready ? 200 : 503, body: { status, checks: results } });
  });
  router.get('/health', async (_request, response) => {
    const { ready, checks: results } = await report();
    sendReply(response, { status: ready ? 200 : 503, body: healthBody(info, ready, results) });
  });
  router.get('/', (_request, response) => {
    const links = { health: '/health', ready: '/readyz', documentation: '/docs' };
    sendReply(response, { status: 200, body: { ...info, status: draining ? 'draining' : 'running', links } });
  });
  return { report, drain: () => void (draining = true), router };
}

function healthBody(info: ServiceInfo, ready: boolean, checks: Record<string, string>) {
  return {
    status: ready ? 'healthy' : 'unhealthy',
    service: info.service,
    version: info.version,
    environment: info.environment,
    timestamp: new Date().toISOString(),
    uptime_seconds: Math.floor(process.uptime()),
    ...(checks.database === undefined ? {} : { database: checks.database === 'ok' ? 'connected' : 'disconnected' }),
    checks,
  };
}

async function outcome({ name, check }: HealthCheck, timeoutMs: number): Promise<[string, string]> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<string>((resolve) => {
    timer = setTimeout(() => resolve(`no answer within ${timeoutMs} ms`), timeoutMs);
  });
  const asked = (async () => check())().then(
    () => 'ok',
    (error: unknown) => (error instanceof Error ? error.message : 'failed'),
  );
  try {
    return [name, await Promise.race([asked, late])];
  } finally {
    clearTimeout(timer);
  }
}
