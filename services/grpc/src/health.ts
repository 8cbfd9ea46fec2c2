import { Code, ConnectError, type HandlerContext, type ServiceImpl } from '@connectrpc/connect';
import type { DescService } from '@bufbuild/protobuf';
import { aborted } from '@threadlog/service';
import { callOf } from './call';
import { HealthCheckResponse_ServingStatus as Status, type Health } from './gen/grpc/health/v1/health_pb';
import { createPlaces } from './places';
import type { Refuse } from './refuse';

export interface HealthDeps {
  services: readonly DescService[];
  isServing(): boolean;
  /** Aborted when it stops serving. */
  leaving: AbortSignal;
  watchesPerConnection: number;
  refuse: Refuse;
}

/** For the whole process or one of its services: what is so now, and, to those who watch, each change. */
export function createHealthService(deps: HealthDeps): ServiceImpl<typeof Health> {
  const { services, isServing, leaving, refuse } = deps;
  const names = new Set(['', ...services.map(({ typeName }) => typeName)]);
  const takePlace = createPlaces(deps.watchesPerConnection);
  const statusNow = () => (isServing() ? Status.SERVING : Status.NOT_SERVING);
  return {
    check({ service }) {
      if (!names.has(service)) throw new ConnectError('There is no such service.', Code.NotFound);
      return { status: statusNow() };
    },
    async *watch({ service }, context: HandlerContext) {
      const call = callOf(context);
      let leave: (() => void) | undefined;
      try {
        leave = takePlace(call.connection);
        const known = names.has(service);
        yield { status: known ? statusNow() : Status.SERVICE_UNKNOWN };
        await aborted(AbortSignal.any([leaving, context.signal]));
        if (!context.signal.aborted && known) yield { status: statusNow() };
        throw new ConnectError('The process stops.', Code.Unavailable);
      } catch (error) {
        throw refuse(call, error);
      } finally {
        leave?.();
      }
    },
  };
}
