import {
  aborted,
  createApp,
  createHealth,
  httpService,
  metricsRouter,
  runServices,
  type Health,
  type HealthCheck,
  type HttpServer,
  type Role,
  type Service,
} from '@threadlog/service';
import type { Router } from 'express';
import { tellReadiness } from './processMetrics';
import { createProcessRegister } from './processRegister';
import type { Runtime } from './runtime';

export interface RunRolesOptions {
  signal: AbortSignal;
  /** Told of the API port that was really taken; not called where no role has routes. */
  onListening?: (http: HttpServer) => void;
  stopTimeoutMs?: number;
  /** More routes of the operations port; they may ask how the process is. */
  operations?: (process: { id: string; health: Health }) => Router | undefined;
}

/**
 * Runs roles in one process until `signal` aborts or one fails, then closes the runtime. Roles start in the order given.
 * At the end the process says that it is not ready, ends requests that go on for long, finishes the others, ends the roles in the reverse order, so that
 * those that others write through come first in the list, and closes the operations port and the databases last.
 */
export async function runRoles(runtime: Runtime, roles: readonly Role[], options: RunRolesOptions): Promise<void> {
  const { logger, metrics, config, info, rateLimits: limits } = runtime;
  const checks = [...sharedChecks(runtime, roles), ...roles.flatMap((role) => role.checks ?? [])];
  const health = createHealth({ info, checks });
  tellReadiness(metrics, health.report);
  const register = registerOf(runtime, roles, health);
  const operations = options.operations?.({ id: register.id, health });
  const opsRouters = [metricsRouter(metrics), ...present([...roles.map((role) => role.opsRoutes), operations])];
  // No browser has business on the operations port, and its routes are not those of BASE_PATH.
  const opsConfig = { ...config, BASE_PATH: '', CORS_ORIGINS: [] };
  const opsHealth = { router: health.details };
  runtime.ops.serve(createApp({ logger, metrics, config: opsConfig, health: opsHealth, limits, routers: opsRouters }));
  const services = [
    ...runtime.background,
    register,
    ...roles,
    ...apiServices(runtime, roles, health, options),
    ...roles.flatMap(({ longRequests }) => longRequests ?? []),
    draining(health),
  ];
  try {
    await runServices(services, { signal: options.signal, logger, stopTimeoutMs: options.stopTimeoutMs });
  } finally {
    await runtime.close();
  }
}

function registerOf({ database, opsUrl, info, logger }: Runtime, roles: readonly Role[], health: Health) {
  return createProcessRegister({
    ...{ database, opsUrl, version: info.version, report: health.report },
    roles: info.features ?? roles.map(({ name }) => name),
    onFault: (error) => logger.debug({ err: error }, 'the process could not say that it is there, trying again'),
  });
}

function apiServices(
  { config, logger, metrics, rateLimits: limits }: Runtime,
  roles: readonly Role[],
  health: Health,
  { onListening }: RunRolesOptions,
): Service[] {
  const routers = present(roles.map((role) => role.routes));
  if (routers.length === 0) return [];
  const handler = createApp({ logger, metrics, config, health, limits, routers });
  return [httpService({ name: 'api', handler, logger, host: config.API_HOST, port: config.API_PORT, onListening })];
}

/** The last to start is the first to stop. */
function draining(health: Health): Service {
  return {
    name: 'readiness',
    async run(signal) {
      await aborted(signal);
      health.drain();
    },
  };
}

function sharedChecks({ database, log, mongoCheck, clockCheck }: Runtime, roles: readonly Role[]): HealthCheck[] {
  // Writes go on without messages in reach: to take a command API out for them would stop those as well.
  const vital = roles.some(({ name }) => name !== 'command-api');
  return [
    { name: 'database', check: async () => void (await database.query('select 1')) },
    { name: 'kafka', check: async () => void (await log.head(0)) },
    ...(mongoCheck ? [{ ...mongoCheck, vital }] : []),
    clockCheck,
  ];
}

function present(routers: readonly (Router | undefined)[]): Router[] {
  return routers.filter((router) => router !== undefined);
}
