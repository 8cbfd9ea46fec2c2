import type { Router } from 'express';
import type { HealthCheck } from '../role';
import { sendReply } from './mountRoutes';
import { strictRouter } from './strictRouter';

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
  /** `ok`, or why not, by check; a process may be ready though one that is not vital fails. */
  checks: Record<string, string>;
  /** What operators should know though all is well, by check. */
  notes: Record<string, string>;
}

export interface Health {
  /** All conditions, asked at most twice a second however many ask. Never rejects. */
  report(): Promise<HealthReport>;
  /** From now on not ready, so that balancers look elsewhere while requests are finished. */
  drain(): void;
  /**
   * `/health`, `/livez`, `/readyz` and `/` for ports that anybody may reach: whether, never why. Messages of checks name
   * addresses, partitions and offsets.
   */
  router: Router;
  /** The same with what each check says, for the operations port: the one place where details of health are told. */
  details: Router;
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
        ready: results.every(([, result], at) => result === 'ok' || checks[at]!.vital === false),
        checks: Object.fromEntries(results),
        notes: notesOf(checks),
      }));
    }
    return latest.then((found) => ({ ...found, ready: found.ready && !draining }));
  }

  const source: HealthSource = { info, report, isDraining: () => draining };
  return {
    report,
    drain: () => void (draining = true),
    router: healthRouter(source, () => ({})),
    details: healthRouter(source, ({ checks: results, notes }) => ({
      checks: results,
      ...(Object.keys(notes).length > 0 && { notes }),
    })),
  };
}

interface HealthSource {
  info: ServiceInfo;
  report: Health['report'];
  isDraining(): boolean;
}

/** `more` is what the answers say beside the state. */
function healthRouter(
  { info, report, isDraining }: HealthSource,
  more: (found: HealthReport) => Record<string, unknown>,
): Router {
  const router = strictRouter();
  router.get('/livez', (_request, response) => sendReply(response, { status: 200, body: { status: 'ok' } }));
  router.get('/readyz', async (_request, response) => {
    const found = await report();
    const status = found.ready ? 'ready' : isDraining() ? 'draining' : 'not_ready';
    sendReply(response, { status: found.ready ? 200 : 503, body: { status, ...more(found) } });
  });
  router.get('/health', async (_request, response) => {
    const found = await report();
    const body = { ...healthBody(info, found), ...more(found) };
    sendReply(response, { status: found.ready ? 200 : 503, body });
  });
  router.get('/', (_request, response) => {
    const links = { health: '/health', ready: '/readyz', documentation: '/docs' };
    sendReply(response, { status: 200, body: { ...info, status: isDraining() ? 'draining' : 'running', links } });
  });
  return router;
}

function healthBody(info: ServiceInfo, { ready, checks }: HealthReport) {
  return {
    status: ready ? 'healthy' : 'unhealthy',
    service: info.service,
    version: info.version,
    environment: info.environment,
    timestamp: new Date().toISOString(),
    uptime_seconds: Math.floor(process.uptime()),
    ...(checks.database === undefined ? {} : { database: checks.database === 'ok' ? 'connected' : 'disconnected' }),
  };
}

/** Of those that have something to say. */
function notesOf(checks: readonly HealthCheck[]): Record<string, string> {
  const notes: Record<string, string> = {};
  for (const { name, note } of checks) {
    const said = note?.();
    if (said) notes[name] = said;
  }
  return notes;
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
