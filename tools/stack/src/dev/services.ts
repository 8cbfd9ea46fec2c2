import type { Server } from '../server';
import type { DevOptions } from './options';
import { startService, type ServiceOptions } from './service';

/** All but the projector. */
const OTHER_ROLES = 'command-api,query-api,realtime,grpc,worker';

/**
 * Starts the service: all of it in one process, or its projector in another, so that folds and requests do not wait for
 * each other. @returns its processes, in the order of their start.
 * @throws StackError where one cannot be started; the other is stopped then.
 */
export const startServices = async (
  { processes, ports }: Pick<DevOptions, 'processes' | 'ports'>,
  common: Pick<ServiceOptions, 'files' | 'env' | 'script'>,
): Promise<Server[]> => {
  const main = { ...common, ports: [ports.api, ports.realtime] };
  if (processes === 1) return [await startService(main)];
  const ofProjector = { ROLES: 'projector', OPS_PORT: String(ports.projectorOps) };
  const started = await Promise.allSettled([
    startService({ ...main, env: { ...common.env, ROLES: OTHER_ROLES } }),
    startService({
      ...{ ...common, name: 'The projector', file: 'projector', ports: [ports.projectorOps] },
      env: { ...common.env, ...ofProjector },
    }),
  ]);
  const services = started.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  const failure = started.find((one) => one.status === 'rejected');
  if (!failure) return services;
  await Promise.all(services.map((service) => service.stop()));
  throw failure.reason;
};
